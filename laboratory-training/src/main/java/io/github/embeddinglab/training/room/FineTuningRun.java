package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.ModelFacts;
import io.github.embeddinglab.api.ModelId;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.api.spi.RoomContext;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuningReport;
import io.github.embeddinglab.api.training.FineTuningReport.Course;
import io.github.embeddinglab.api.training.FineTuningReport.Verdict;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.ModelFolderWriter;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.gate.Gate;
import io.github.embeddinglab.training.libtorch.LibtorchBackend;
import io.github.embeddinglab.training.loop.SelectionLook;
import io.github.embeddinglab.training.loop.TrainingInputs;
import io.github.embeddinglab.training.loop.TrainingLoop;
import io.github.embeddinglab.training.loop.TrainingOutcome;
import io.github.embeddinglab.training.loop.TrainingPlaces;
import io.github.embeddinglab.training.record.Machine;
import io.github.embeddinglab.training.record.RecordFiles;
import io.github.embeddinglab.training.record.TrainingRecord;
import io.github.embeddinglab.training.record.TunedName;
import io.github.embeddinglab.training.tensorboard.TrainingEvents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** One fine-tuning, from the request to the registered or refused model. */
final class FineTuningRun {
    private static final String SECTION = "finetuning";
    private static final int KEY_DIGITS = 16;

    private final RoomContext context;
    private final FineTuning spec;
    private final FineTuning.Recipe recipe;
    private final EmbeddingLaboratory laboratory;

    FineTuningRun(RoomContext context, FineTuning spec) {
        this.context = context;
        this.spec = spec;
        this.recipe = spec.recipe().orElse(configured(context.section(SECTION)));
        this.laboratory = context.laboratory();
    }

    private static Map<TrainingSetting, Object> configured(Map<String, Object> section) {
        Map<TrainingSetting, Object> settings = new EnumMap<>(TrainingSetting.class);
        section.forEach((key, value) -> {
            if (!key.equals("preset")) {
                settings.put(TrainingSetting.of(key), value);
            }
        });
        return settings;
    }

    List<String> plan() {
        TrainingSet set = TrainingSet.read(spec.data()).requireLearnable();
        List<String> lines = new ArrayList<>(Expansion.of(recipe, set).lines());
        lines.addAll(RoomParts.of(laboratory, set, spec, recipe).report().lines());
        return lines;
    }

    FineTuningReport run() {
        requireFreeOutput();
        TrainingSet set = TrainingSet.read(spec.data()).requireLearnable();
        Expansion expansion = Expansion.of(recipe, set);
        RoomParts parts = RoomParts.of(laboratory, set, spec, recipe);
        List<String> lines = new ArrayList<>(expansion.lines());
        lines.addAll(parts.report().lines());
        spec.running().listener().planned(lines);
        LibtorchBackend.open(1).close(); // a missing native library is told before any work
        Path parent = laboratory.models().folder(spec.model());
        Gate gate = new Gate(laboratory, parts.gate(), spec.judging().general(), recipe);
        Scores before = gate.scores(spec.model());
        String key = key(before, parts, expansion);
        Path events = context.directory("tensorboard").resolve(TunedName.plain(spec.model()) + "-" + key);
        try (TrainingEvents told = TrainingEvents.in(events, spec.running().resume(), spec.running().listener())) {
            TrainingOutcome outcome = TrainingLoop.run(
                    new TrainingInputs(
                            parent,
                            parts.training(),
                            recipe,
                            expansion.loss(),
                            new SelectionLook(parts.selection().evaluator(), parts.selection().metric())),
                    spec.running().listener(told),
                    new TrainingPlaces(context.directory("natives"), context.directory("training").resolve(key)));
            outcome = outcome.noted(told.fault().orElse("for TensorBoard: tensorboard --logdir " + events));
            FineTuningReport report = judged(expansion, parts, before, outcome, gate, parent);
            told.judged(report.before(), report.after());
            return report;
        }
    }

    /** The same for the same parent, data and settings, so that an interrupted training is found again. */
    private String key(Scores before, RoomParts parts, Expansion expansion) {
        return RecordFiles.hash(
                        before.subject().fingerprint() + " " + parts.training().sha256() + " " + recipe + " " + expansion.loss())
                .substring(0, KEY_DIGITS);
    }

    private void requireFreeOutput() {
        Path output = spec.running().output();
        if (output == null || !Files.exists(output)) {
            return;
        }
        try (Stream<Path> content = Files.list(output)) {
            if (content.findAny().isPresent()) {
                throw new InvalidInputException("output folder " + output + " is not empty; name one that is absent or empty");
            }
        } catch (IOException e) {
            throw new InvalidInputException("output " + output + " is no folder (" + e.getMessage() + "); name one that is absent or empty", e);
        }
    }

    private FineTuningReport judged(
            Expansion expansion, RoomParts parts, Scores before, TrainingOutcome outcome, Gate gate, Path parentFolder) {
        Instant at = Instant.now();
        String hash = RecordFiles.hash(
                before.subject().fingerprint() + " " + parts.report().rows().sha256() + " " + recipe + " " + expansion.loss() + " " + at);
        ModelId id = TunedName.of(spec.model(), at, hash);
        Path output = spec.running().output();
        Path folder = (output == null ? context.directory("tuned").resolve(id.value()) : output).toAbsolutePath().normalize();
        try (ModelFolder parent = ModelFolder.open(parentFolder)) {
            ModelFolderWriter.copyWith(parent, outcome.weights(), folder);
        }
        Scores after = gate.scores(folder.toString());
        Verdict verdict = gate.decide(before, after);
        List<String> notes = new ArrayList<>(expansion.lines());
        notes.addAll(parts.report().lines());
        notes.addAll(outcome.course().notes());
        notes.add("taken: " + outcome.chosen());
        FineTuningReport report = new FineTuningReport(
                new FineTuningReport.Made(id, folder, spec.model()),
                verdict,
                before.values(),
                after.values(),
                new Course(
                        outcome.course().steps(),
                        outcome.course().seconds(),
                        outcome.course().losses(),
                        outcome.course().looks(),
                        notes));
        TrainingRecord.Origin origin = new TrainingRecord.Origin(
                before.subject().fingerprint(), parts.report(), parts.judged(), outcome.chosen());
        RecordFiles.write(new TrainingRecord(report, origin, settings(expansion), Machine.facts(), at));
        if (verdict.registered()) {
            register(id, folder);
        }
        return report;
    }

    private void register(ModelId id, Path folder) {
        ModelFacts parent = laboratory.models().show(spec.model()).facts();
        laboratory.models().add(
                id,
                folder,
                new ModelFacts(
                        "tuned from " + spec.model(),
                        parent.dimensions(),
                        parent.maxTokens(),
                        parent.languages(),
                        parent.licence(),
                        "",
                        Map.of(),
                        List.of()));
    }

    private Map<String, Object> settings(Expansion expansion) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("strategy", expansion.strategy().toString());
        all.put("loss", expansion.loss().name());
        all.put("loss_settings", expansion.loss().settings());
        for (TrainingSetting setting : TrainingSetting.values()) {
            Object value = recipe.settings().getOrDefault(setting, setting.byDefault());
            if (value != null) {
                all.put(setting.key(), value);
            }
        }
        return all;
    }
}
