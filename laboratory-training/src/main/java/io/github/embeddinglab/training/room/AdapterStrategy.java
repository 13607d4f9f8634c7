package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.training.FineTuning.Recipe;
import io.github.embeddinglab.api.training.FineTuningReport.Course;
import io.github.embeddinglab.api.training.TrainingListener;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.training.adapter.AdapterFile;
import io.github.embeddinglab.training.adapter.AdapterSettings;
import io.github.embeddinglab.training.adapter.AdapterTraining;
import io.github.embeddinglab.training.adapter.EmbeddedPairs;
import io.github.embeddinglab.training.adapter.VectorMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Strategy adapter: a map behind frozen vectors, in plain Java. */
final class AdapterStrategy {
    private static final int MOST_DISTRACTORS = 2000;

    private AdapterStrategy() {}

    /**
     * A map.
     *
     * @param map of the parent's vectors
     * @param side which vectors it maps
     * @param parent open
     * @param folder of the parent; null where it has none
     */
    record Adapted(VectorMap map, AdapterSettings.Side side, Embedder parent, @Nullable Path folder, Course course, String chosen)
            implements Product {
        /** A folder maps queries and documents alike, so a map of queries alone stays an adapter. */
        @Override
        public boolean model() {
            return side == AdapterSettings.Side.BOTH && folder != null;
        }

        @Override
        public void write(Path target) {
            Path from = folder;
            if (from == null || !model()) {
                AdapterFile.write(map, side, parent, target);
                return;
            }
            try (ModelFolder model = ModelFolder.open(from)) {
                AdapterFile.writeModel(model, map, target);
            }
        }

        @Override
        public String name(Path target, String parentName) {
            return model() ? target.toString() : "adapter=" + target + ":" + parentName;
        }
    }

    static Product run(Work work) {
        Recipe recipe = work.recipe();
        Embedder parent = work.others().parent();
        Progress.Listener progress = work.running().progress();
        AdapterSettings.Side side = AdapterSettings.Side.valueOf(recipe.word(TrainingSetting.ADAPTER_SIDE).toUpperCase(Locale.ROOT));
        AdapterSettings settings = settings(recipe, side, work.expansion().loss().number("scale").orElse(20.0));
        EmbeddedPairs training = EmbeddedPairs.embed(work.parts().training(), List.of(), parent, progress);
        EmbeddedPairs selection = EmbeddedPairs.embed(
                work.parts().choosing(),
                work.parts().training().column(1).stream().distinct().limit(MOST_DISTRACTORS).toList(),
                parent,
                progress);
        AdapterTraining.Result result = new AdapterTraining(settings, work.threads(), progress).train(training, selection);
        AdapterTraining.Report report = result.report();
        List<Double> losses = new ArrayList<>();
        List<TrainingListener.Look> looks = new ArrayList<>();
        look(looks, work, 0, report.before());
        for (AdapterTraining.Point point : report.curve()) {
            losses.add(point.loss());
            work.listener().stepped(new TrainingListener.Step(
                    point.epoch(),
                    point.loss(),
                    settings.optimization().learningRate() * (1 - (point.epoch() - 1.0) / settings.schedule().epochs()),
                    Double.NaN));
            look(looks, work, point.epoch(), point.selection());
        }
        String chosen = report.details().epoch() == 0
                ? "the parent: no map was better on the selection part"
                : String.format(
                        Locale.ROOT,
                        "the map after epoch %d, %.0f %% of the way, ndcg@10 %.4f on the selection part (%.4f before)",
                        report.details().epoch(),
                        100 * report.details().share(),
                        report.after(),
                        report.before());
        List<String> notes = new ArrayList<>(List.of(
                "a step is an epoch",
                side == AdapterSettings.Side.QUERY
                        ? "queries alone are mapped: stored vectors of the parent and their index stay valid"
                        : "queries and documents are mapped: documents have to be embedded again"));
        String stored = recipe.word(TrainingSetting.WEIGHTS);
        if (!stored.equals(TrainingSetting.WEIGHTS.byDefault())) {
            notes.add("weights=" + stored + " is not followed: an adapter changes no weights of the parent, and its map is float32");
        }
        return new Adapted(
                result.map(),
                side,
                parent,
                work.folderIfAny().orElse(null),
                new Course(losses.size(), report.details().seconds(), losses, looks, notes),
                chosen);
    }

    private static void look(List<TrainingListener.Look> looks, Work work, int step, double value) {
        TrainingListener.Look look = new TrainingListener.Look(step, "ndcg@10", value);
        looks.add(look);
        work.listener().looked(look);
    }

    private static AdapterSettings settings(Recipe recipe, AdapterSettings.Side side, double scale) {
        int patience = recipe.whole(TrainingSetting.PATIENCE).orElse(0);
        int epochs = (int) Math.max(1, Math.round(recipe.number(TrainingSetting.EPOCHS).orElse(1.0)));
        return new AdapterSettings(
                new AdapterSettings.Shape(side, recipe.whole(TrainingSetting.ADAPTER_RANK).orElse(0)),
                new AdapterSettings.Optimization(
                        recipe.number(TrainingSetting.LEARNING_RATE).orElse(1e-4),
                        recipe.number(TrainingSetting.WEIGHT_DECAY).orElse(0.01),
                        scale),
                new AdapterSettings.Schedule(
                        epochs, recipe.whole(TrainingSetting.BATCH_SIZE).orElse(256), patience == 0 ? epochs : patience),
                recipe.seed());
    }
}
