package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.ModelFacts;
import io.github.embeddinglab.api.ModelId;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.api.spi.RoomContext;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuningReport;
import io.github.embeddinglab.api.training.FineTuningReport.Course;
import io.github.embeddinglab.api.training.FineTuningReport.Verdict;
import io.github.embeddinglab.api.training.Strategy;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.core.files.WholeFiles;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.gate.Gate;
import io.github.embeddinglab.training.libtorch.LibtorchBackend;
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
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** One fine-tuning, from the request to the registered or refused model. */
final class FineTuningRun {
    private static final String SECTION = "finetuning";
    private static final int KEY_DIGITS = 10;

    private final RoomContext context;
    private final FineTuning spec;
    private final FineTuning.Recipe recipe;
    private final EmbeddingLaboratory laboratory;

    FineTuningRun(RoomContext context, FineTuning spec) {
        this.context = context;
        this.spec = spec;
        this.recipe = Configured.recipe(spec.recipe(), context.section(SECTION));
        this.laboratory = context.laboratory();
    }

    List<String> plan() {
        TrainingSet set = TrainingSet.read(spec.data()).requireLearnable();
        Expansion expansion = Expansion.of(recipe, set);
        List<String> lines = new ArrayList<>(expansion.lines());
        lines.addAll(ReadSettings.check(spec, recipe, expansion));
        try (Others others = others(expansion)) {
            lines.addAll(RoomParts.of(laboratory, set, spec, expansion, Judges.suiting(expansion, others)).report().lines());
        }
        return lines;
    }

    FineTuningReport run() {
        requireFreeOutput();
        TrainingSet set = TrainingSet.read(spec.data()).requireLearnable();
        Expansion expansion = Expansion.of(recipe, set);
        List<String> lines = new ArrayList<>(expansion.lines());
        lines.addAll(ReadSettings.check(spec, recipe, expansion));
        try (Others others = others(expansion)) {
            RoomParts parts = RoomParts.of(laboratory, set, spec, expansion, Judges.suiting(expansion, others));
            Path key = key(context.directory("training"), parts, expansion, others);
            lines.addAll(parts.report().lines());
            if (expansion.strategy() != Strategy.ADAPTER) {
                // a missing native library or GPU is told before any work
                LibtorchBackend.open(1, LibtorchBackend.Device.of(expansion.recipe().word(TrainingSetting.DEVICE))).close();
            }
            spec.running().listener().planned(lines);
            Gate gate = new Gate(laboratory, parts.gate(), spec.judging(), expansion.recipe(), others.parent());
            Scores before = gate.scores(spec.model());
            Path events = context.directory("tensorboard").resolve(TunedName.plain(spec.model()) + "-" + key.getFileName());
            try (TrainingEvents told = TrainingEvents.in(events, spec.running().resume(), spec.running().listener())) {
                Work work = new Work(laboratory, spec, expansion, parts, others, gate.keeping(),
                        new TrainingPlaces(context.directory("natives"), key), told);
                Product product = train(work);
                lines.add(told.fault().orElse(TrainingEvents.WHERE + "tensorboard --logdir " + events));
                FineTuningReport report = judged(work, before, product, gate, lines);
                told.judged(report.before(), report.after(), report.course().steps());
                return report;
            }
        }
    }

    private Others others(Expansion expansion) {
        Others others = Others.open(laboratory, spec.model(), expansion);
        int rank = expansion.strategy() == Strategy.ADAPTER
                ? expansion.recipe().whole(TrainingSetting.ADAPTER_RANK).orElse(0)
                : 0;
        int dimensions = others.parent().dimensions();
        if (rank > dimensions) {
            others.close();
            throw new InvalidInputException("adapter_rank is " + rank + ", but " + spec.model() + " has " + dimensions
                    + " dimensions; give a rank of " + dimensions + " at most");
        }
        return others;
    }

    private static Product train(Work work) {
        return switch (work.expansion().strategy()) {
            case ADAPTER -> AdapterStrategy.run(work);
            case DOMAIN_ADAPTIVE -> DomainStages.run(work);
            case AUTO, CONTRASTIVE, TRIPLET, MLM, DISTILL -> WeightsTraining.run(work);
        };
    }

    /** The same for the same parent, data and settings, so that an interrupted training is found again; inexactly also under others. */
    private Path key(Path directory, RoomParts parts, Expansion expansion, Others others) {
        String begun = digits(others.parent().fingerprint() + " " + parts.training().sha256()) + "-";
        String exact = begun + digits(expansion.recipe() + " " + expansion.loss() + " " + parts.judge());
        if (!spec.running().resume() || !spec.running().inexact() || !Files.isDirectory(directory)) {
            return directory.resolve(exact);
        }
        try (Stream<Path> all = Files.list(directory)) {
            // stages have endings of their own
            List<Path> left = all.filter(path -> path.getFileName().toString().startsWith(begun)).toList();
            return directory.resolve(left.stream()
                    .map(path -> path.getFileName().toString().substring(0, exact.length()))
                    .filter(name -> name.equals(exact))
                    .findAny()
                    .or(() -> left.stream()
                            .max(Comparator.comparingLong(path -> path.toFile().lastModified()))
                            .map(path -> path.getFileName().toString().substring(0, exact.length())))
                    .orElse(exact));
        } catch (IOException e) {
            throw new LaboratoryException("folder " + directory + " cannot be listed: " + e.getMessage() + "; check its permissions", e);
        }
    }

    private static String digits(String text) {
        return RecordFiles.hash(text).substring(0, KEY_DIGITS);
    }

    private void requireFreeOutput() {
        Path output = spec.running().output();
        if (output == null) {
            return;
        }
        Path there = output.toAbsolutePath().normalize();
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (there == null || !Files.isDirectory(there) || !Files.isWritable(there)) {
            throw new InvalidInputException("output folder " + output + " cannot be written: " + there
                    + " is no folder that may be written; name another with --out");
        }
        if (!Files.exists(output)) {
            return;
        }
        try (Stream<Path> content = Files.list(output)) {
            if (content.findAny().isPresent()) {
                throw new InvalidInputException("output folder " + output + " is not empty; name one that is absent or empty");
            }
        } catch (IOException e) {
            throw new InvalidInputException("output folder " + output + " cannot be listed (" + e.getMessage() + "); name another", e);
        }
    }

    private FineTuningReport judged(Work work, Scores before, Product product, Gate gate, List<String> lines) {
        Instant at = Instant.now();
        RoomParts parts = work.parts();
        String hash = RecordFiles.hash(before.subject().fingerprint() + " " + parts.report().rows().sha256() + " "
                + work.recipe() + " " + work.expansion().loss() + " " + at);
        ModelId id = TunedName.of(spec.model(), at, hash);
        Path output = spec.running().output();
        Path folder = (output == null ? context.directory("tuned").resolve(id.value()) : output).toAbsolutePath().normalize();
        product.write(folder);
        String name = product.name(folder, spec.model());
        Judgement judged = judgement(gate, before, name, folder);
        Scores after = judged.after();
        Verdict verdict = product.model() ? judged.verdict() : judged.verdict().unregistered();
        List<String> notes = new ArrayList<>(lines);
        notes.addAll(product.course().notes());
        notes.add("taken: " + product.chosen());
        Map<String, Map<String, Score>> baselines = new LinkedHashMap<>();
        judged.baselines().forEach(scores -> baselines.put(scores.subject().model(), scores.values()));
        FineTuningReport report = new FineTuningReport(
                new FineTuningReport.Made(id, folder, spec.model(), verdict.registered() ? id.value() : name),
                verdict,
                before.values(),
                after.values(),
                baselines,
                new Course(
                        product.course().steps(),
                        product.course().seconds(),
                        product.course().losses(),
                        product.course().looks(),
                        notes),
                parts.report());
        TrainingRecord.Origin origin = new TrainingRecord.Origin(
                before.subject().fingerprint(), parts.judged(), product.chosen());
        RecordFiles.write(new TrainingRecord(report, origin, settings(work.expansion()), Machine.facts(), at));
        if (verdict.registered()) {
            register(id, folder);
        }
        product.forget();
        return report;
    }

    /** What the gate says of a written folder. */
    private record Judgement(Scores after, Verdict verdict, List<Scores> baselines) {}

    /** A folder that was not judged would stand in the way of the resumed training. */
    private static Judgement judgement(Gate gate, Scores before, String name, Path folder) {
        try {
            Scores after = gate.scores(name);
            return new Judgement(after, gate.decide(before, after), gate.baselines());
        } catch (RuntimeException e) {
            try {
                WholeFiles.delete(folder);
            } catch (IOException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
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
            Object value = expansion.recipe().settings().getOrDefault(setting, setting.byDefault());
            if (value != null) {
                all.put(setting.key(), value);
            }
        }
        return all;
    }
}
