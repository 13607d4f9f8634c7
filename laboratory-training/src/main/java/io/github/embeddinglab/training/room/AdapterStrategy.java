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
    private static final double NANOS = 1e9;

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
        long start = System.nanoTime();
        EmbeddedPairs training = EmbeddedPairs.embed(work.parts().training(), List.of(), parent, progress);
        EmbeddedPairs selection = EmbeddedPairs.embed(
                work.parts().choosing(),
                work.parts().training().column(1).stream().distinct().limit(MOST_DISTRACTORS).toList(),
                parent,
                progress);
        double embedding = (System.nanoTime() - start) / NANOS;
        double limit = recipe.number(TrainingSetting.MINUTES).map(minutes -> 60 * minutes).orElse(Double.POSITIVE_INFINITY);
        AdapterTraining.Result result =
                new AdapterTraining(settings, work.threads(), progress).within(limit - embedding).train(training, selection);
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
        List<String> notes = List.of(
                "a step is an epoch",
                epochs(settings.schedule(), report, limit, embedding),
                side == AdapterSettings.Side.QUERY
                        ? "queries alone are mapped: stored vectors of the parent and their index stay valid"
                        : "queries and documents are mapped: documents have to be embedded again");
        return new Adapted(
                result.map(),
                side,
                parent,
                work.folderIfAny().orElse(null),
                new Course(losses.size(), report.details().seconds(), losses, looks, notes),
                chosen);
    }

    /** How many epochs there were, and why no more: with a limit of time it depends on the machine. */
    private static String epochs(AdapterSettings.Schedule schedule, AdapterTraining.Report report, double limit, double embedding) {
        int made = report.curve().size();
        String why = made == schedule.epochs()
                ? ""
                : made - report.details().epoch() >= schedule.patience()
                        ? ", stopped early: no gain on the selection part in " + schedule.patience() + " epochs"
                        : String.format(Locale.ROOT, ", since the %.0f s were over", limit);
        return String.format(Locale.ROOT, "%,d of %,d epochs; embedding the texts took %.1f s%s", made, schedule.epochs(), embedding, why);
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
