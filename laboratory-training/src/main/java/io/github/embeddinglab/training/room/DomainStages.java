package io.github.embeddinglab.training.room;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuning.Recipe;
import io.github.embeddinglab.api.training.FineTuningReport.Course;
import io.github.embeddinglab.api.training.Losses;
import io.github.embeddinglab.api.training.PairJudge;
import io.github.embeddinglab.api.training.TrainingListener;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.core.files.WholeFiles;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.ModelFolderWriter;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.engine.Checkpoints;
import io.github.embeddinglab.training.generation.Generation;
import io.github.embeddinglab.training.loop.TrainingInputs;
import io.github.embeddinglab.training.loop.TrainingLoop;
import io.github.embeddinglab.training.loop.TrainingOutcome;
import io.github.embeddinglab.training.loop.TrainingPlaces;
import io.github.embeddinglab.training.mining.PseudoLabels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Strategy domain-adaptive: queries made from the documents with margins of the parent and BM25; before them, where asked for, a stage on
 * words that are hidden or deleted (decision 013). The result and the course of the first stage are kept until the second has ended, so that a resumed training does not make
 * it again, and counts on from its steps.
 */
final class DomainStages {
    private static final double SHARE_OF_FIRST = 1.0 / 3;
    private static final String FIRST = "first";
    private static final String COURSE = "first-stage.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Work work;
    private final List<Double> losses = new ArrayList<>();
    private final List<TrainingListener.Look> looks = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private double seconds;

    private DomainStages(Work work) {
        this.work = work;
    }

    static Product run(Work work) {
        return new DomainStages(work).run();
    }

    private Product run() {
        Path parent = work.parentFolder();
        String stages = work.recipe().word(TrainingSetting.STAGES);
        if (stages.equals(FIRST)) {
            return product(first(parent), parent, work.places("-first")::forget);
        }
        Path kept = work.places("-after-first").run();
        Path from = stages.equals("queries") ? parent : first(parent, kept);
        TrainingSet rows = labelled();
        TrainingPlaces places = work.places("-queries");
        FineTuning.Running running = running(losses.size());
        // killed between the stages, or before this one had a checkpoint: what the first made is not lost
        if (running.resume() && !from.equals(parent) && Checkpoints.in(places.run()).latest().isEmpty()) {
            notes.add("queries stage: begun anew, no step of it was kept");
            running = new FineTuning.Running(running.output(), false, running.inexact(), running.progress(), running.listener());
        }
        TrainingOutcome outcome = TrainingLoop.run(
                new TrainingInputs(
                        new TrainingInputs.From(from, parent, null),
                        rows,
                        share(work.recipe(), from.equals(parent) ? 1 : 1 - SHARE_OF_FIRST),
                        // a judge's margins have a scale of their own, the others are of cosines and shares
                        Losses.marginMse().with("similarity", work.recipe().helpers().judge() == null ? "cosine" : "dot"),
                        work.look()),
                running,
                places);
        add(outcome, "queries stage");
        return product(outcome, parent, () -> {
            places.forget();
            discard(kept);
        });
    }

    private Product product(TrainingOutcome outcome, Path parent, Runnable forgetting) {
        Course course = new Course(losses.size(), seconds, losses, looks, notes);
        return new WeightsTraining.Tuned(
                new TrainingOutcome(outcome.weights(), outcome.chosen(), course),
                parent,
                work.recipe().word(TrainingSetting.WEIGHTS),
                forgetting);
    }

    /** The folder that the first stage left, made anew unless a resumed training finds it. */
    private Path first(Path parent, Path target) {
        if (work.running().resume() && Files.exists(target)) {
            takeCourse(target);
            notes.add(stage() + ": found as the interrupted training left it");
            return target;
        }
        discard(target);
        TrainingOutcome outcome = first(parent);
        try (ModelFolder from = ModelFolder.open(parent)) {
            ModelFolderWriter.copyWith(from, outcome.weights(), target, Map.of(COURSE, course()));
        }
        work.places("-first").forget();
        return target;
    }

    private TrainingOutcome first(Path parent) {
        Map<TrainingSetting, Object> own = new EnumMap<>(work.recipe().settings());
        own.put(TrainingSetting.EPOCHS, work.recipe().number(TrainingSetting.FIRST_EPOCHS).orElse(1.0));
        own.put(TrainingSetting.LEARNING_RATE, work.recipe().number(TrainingSetting.FIRST_LEARNING_RATE).orElse(2e-5));
        boolean alone = work.recipe().word(TrainingSetting.STAGES).equals(FIRST);
        Recipe recipe = new Recipe(work.recipe().strategy(), work.recipe().loss(), own, work.recipe().helpers());
        TrainingOutcome outcome = TrainingLoop.run(
                new TrainingInputs(
                        TrainingInputs.From.of(parent),
                        work.parts().training(),
                        share(recipe, alone ? 1 : SHARE_OF_FIRST),
                        Expansion.first(recipe),
                        alone ? work.look() : null),
                running(0),
                work.places("-first"));
        add(outcome, stage());
        return outcome;
    }

    private String stage() {
        return work.recipe().word(TrainingSetting.FIRST_STAGE) + " stage";
    }

    private byte[] course() {
        try {
            return JSON.writeValueAsBytes(Map.of("losses", losses, "notes", notes, "seconds", seconds));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("numbers and texts are JSON", e);
        }
    }

    private void takeCourse(Path kept) {
        try {
            JsonNode json = JSON.readTree(kept.resolve(COURSE).toFile());
            json.path("losses").forEach(loss -> losses.add(loss.asDouble()));
            json.path("notes").forEach(note -> notes.add(note.asText()));
            seconds = json.path("seconds").asDouble();
        } catch (IOException e) {
            throw new LaboratoryException(kept.resolve(COURSE) + " cannot be read (" + e.getMessage() + "); begin the training anew", e);
        }
    }

    /** A limit of time is divided among the stages. */
    private static Recipe share(Recipe recipe, double share) {
        Map<TrainingSetting, Object> all = new EnumMap<>(TrainingSetting.class);
        all.putAll(recipe.settings());
        recipe.number(TrainingSetting.MINUTES).ifPresent(minutes -> all.put(TrainingSetting.MINUTES, Math.max(0.05, share * minutes)));
        return new Recipe(recipe.strategy(), recipe.loss(), all, recipe.helpers());
    }

    private TrainingSet labelled() {
        Recipe recipe = work.recipe();
        Generation.Result made = MadeQueries.of(work.parts().training(), recipe, work.running().progress());
        made.report().generators().forEach((name, one) -> notes.add(String.format(
                "queries stage: %,d queries by %s%s", one.pairs(), name, one.examples().isEmpty() ? "" : ", as \"" + one.examples().get(0).query() + "\"")));
        made.report().dropped().forEach((why, count) -> notes.add(String.format("queries stage: %,d queries left out: %s", count, why)));
        PseudoLabels labels = PseudoLabels.with(work.others().parent(), new PseudoLabels.Settings(
                        recipe.number(TrainingSetting.KEYWORD_WEIGHT).orElse(0.2),
                        recipe.whole(TrainingSetting.DEEPEST_RANK).orElse(50),
                        recipe.whole(TrainingSetting.NEGATIVES).orElse(1),
                        recipe.seed()))
                .progress(work.running().progress());
        PairJudge judge = recipe.helpers().judge();
        TrainingSet rows = (judge == null ? labels : labels.judge(judge::scores)).label(made.pairs(), List.of(), work.threads());
        notes.add(String.format("queries stage: %,d rows with margins of %s", rows.rows().size(),
                judge == null ? "the parent and BM25" : judge.name()));
        return rows;
    }

    private void add(TrainingOutcome outcome, String stage) {
        int before = losses.size();
        losses.addAll(outcome.course().losses());
        outcome.course().looks().forEach(look ->
                looks.add(new TrainingListener.Look(before + look.step(), look.metric(), look.value())));
        outcome.course().notes().forEach(note -> notes.add(stage + ": " + note));
        seconds += outcome.course().seconds();
    }

    /** Steps are counted over both stages. */
    private FineTuning.Running running(int before) {
        TrainingListener told = work.listener();
        return work.running().listener(new TrainingListener() {
            @Override
            public void planned(List<String> lines) {
                told.planned(lines);
            }

            @Override
            public void stepped(Step step) {
                told.stepped(new Step(before + step.step(), step.loss(), step.learningRate(), step.gradientNorm()));
            }

            @Override
            public void looked(Look look) {
                told.looked(new Look(before + look.step(), look.metric(), look.value()));
            }
        });
    }

    private static void discard(Path folder) {
        try {
            if (Files.exists(folder)) {
                WholeFiles.delete(folder);
            }
        } catch (IOException e) {
            throw new LaboratoryException(folder + " cannot be removed (" + e.getMessage() + "); remove it by hand", e);
        }
    }
}
