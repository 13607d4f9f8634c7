package io.github.embeddinglab.cli;

import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.EvaluationData;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuningReport;
import io.github.embeddinglab.api.training.LossChoice;
import io.github.embeddinglab.api.training.Losses;
import io.github.embeddinglab.api.training.Strategy;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingListener;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.core.host.HostEnvironment;
import io.github.embeddinglab.training.libtorch.LibtorchNatives;
import io.github.embeddinglab.training.loop.LossMaker;
import io.github.embeddinglab.training.record.RecordFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lab fine-tune}: trains a model on data, judges it on data that neither saw, and registers it when it is better. */
@Command(
        name = "fine-tune",
        description = "Fine-tune a model on your data; it is registered only when it is better than its parent on data that neither saw.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Data are JSONL, TSV or CSV (also gzipped) with query, document[, negative][, score]; sentence1, sentence2 and score or label;",
            "label, text; or plain documents: text[, title], .txt one a line.",
            "All settings (--set, section finetuning of a configuration): lab fine-tune --settings; what they do: docs/command-line.md.",
            "A refusal is a result: the folder is written, not registered, and the exit code is 0.",
            "",
            "lab fine-tune --model minilm --data pairs.jsonl --minutes 10",
            "lab fine-tune --data pairs.jsonl --eval test-folder --set frozen=word-embeddings --set loss.scale=30 --json"
        })
final class FineTuneCommand implements Runnable, Lab.Verb {
    private static final String LOSS_PREFIX = "loss.";
    private static final int SHOWN = 8;

    private final Console console;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--model", paramLabel = "MODEL", description = "Parent: registry name or folder; default: the configured model.")
    private @Nullable String model;

    @ArgGroup(exclusive = false, heading = "Data%n", multiplicity = "1")
    private DataOptions data = new DataOptions();

    @ArgGroup(exclusive = false, heading = "Training%n")
    private RecipeOptions recipe = new RecipeOptions();

    @ArgGroup(exclusive = false, heading = "Running%n")
    private RunOptions running = new RunOptions();

    @Mixin
    private CommonOptions common = new CommonOptions();

    FineTuneCommand(Console console) {
        this.console = console;
    }

    /** What is trained and judged on. */
    static final class DataOptions {
        @Option(names = "--data", paramLabel = "PATH", required = true, description = "Rows to train on; may be repeated (one set unless mixing is set).")
        private List<Path> data = new ArrayList<>();

        @Option(
                names = "--columns",
                paramLabel = "NAME=COLUMN",
                split = ",",
                description = "Columns that are called otherwise, as in query=question,document=answer.")
        private Map<String, String> columns = new LinkedHashMap<>();

        @Option(
                names = "--eval",
                paramLabel = "PATH",
                description = "Judge by this instead of a part of the data: rows of a form that can judge, or a retrieval folder.")
        private @Nullable Path evaluation;

        @Option(names = "--eval-task", paramLabel = "TASK", description = "Task of --eval as in `lab evaluate`, as in sts; without it, rows.")
        private @Nullable String evaluationTask;

        @Option(
                names = "--eval-columns",
                paramLabel = "NAME=COLUMN",
                split = ",",
                description = "Columns of rows of --eval that are called otherwise; default: as in --columns.")
        private Map<String, String> evaluationColumns = new LinkedHashMap<>();

        @Option(
                names = "--general",
                paramLabel = "TASK:PATH",
                description = "Data on which the model must not fall by more than the margin, as in sts:dev.tsv.")
        private @Nullable String general;

        @Option(
                names = "--cache",
                paramLabel = "DIR",
                description = "Keep vectors of what judges here: another training by the same data does not embed them for the parent again.")
        private @Nullable Path cache;
    }

    /** How it is trained. */
    static final class RecipeOptions {
        @Option(
                names = "--strategy",
                paramLabel = "NAME",
                description = "auto (default), contrastive, triplet, mlm, domain-adaptive, distill or adapter.")
        private @Nullable String strategy;

        @Option(names = "--loss", paramLabel = "NAME", description = "As in multiple-negatives; default: what suits the data.")
        private @Nullable String loss;

        @Option(names = "--epochs", paramLabel = "N", description = "How often each row is seen; default: until 200 steps, at most ten times.")
        private @Nullable String epochs;

        @Option(names = "--batch-size", paramLabel = "N", description = "Rows of a step (default: 32).")
        private @Nullable String batchSize;

        @Option(names = "--learning-rate", paramLabel = "R", description = "The greatest rate (default: 5e-5).")
        private @Nullable String learningRate;

        @Option(names = "--minutes", paramLabel = "N", description = "Time for the training; the epochs are a limit still.")
        private @Nullable String minutes;

        @Option(names = "--seed", paramLabel = "S", description = "Of order, parts, dropout and intervals (default: 42).")
        private @Nullable String seed;

        @Option(
                names = "--set",
                paramLabel = "KEY=VALUE",
                description = "Any other setting, as in warmup_steps=50 or loss.scale=30; --settings lists them all.")
        private Map<String, String> settings = new LinkedHashMap<>();

        /** As a help option it needs no data. */
        @Option(names = "--settings", help = true, description = "List all settings with their values and defaults, and do nothing.")
        private boolean listed;
    }

    /** Where it is written. */
    static final class RunOptions {
        @Option(names = "--out", paramLabel = "DIR", description = "Folder of the tuned model; default: in the model directory.")
        private @Nullable Path out;

        @Option(names = "--resume", description = "Go on where an interrupted training of the same data and settings stopped.")
        private boolean resume;

        @Option(names = "--inexact", description = "Resume also with other settings, threads or machine: the result will not have the same bits.")
        private boolean inexact;

        @Option(names = "--plan", description = "Say what would be done, and do nothing.")
        private boolean plan;
    }

    @Override
    public void run() {
        if (recipe.listed) {
            list();
            return;
        }
        LibtorchNatives.unpackBeside(common.modelDirectory().orElseGet(() -> HostEnvironment.current().modelDirectory()));
        try (EmbeddingLaboratory lab = common.builder().build()) {
            FineTuning request = request(model == null ? lab.defaultModel() : model);
            if (running.plan) {
                List<String> lines = lab.training().plan(request);
                if (common.json()) {
                    console.json(Map.of("plan", lines));
                } else {
                    lines.forEach(console::line);
                }
                return;
            }
            FineTuningReport report = lab.training().fineTune(request);
            if (common.json()) {
                console.json(json(report));
            } else {
                print(report);
            }
        }
    }

    private void list() {
        if (common.json()) {
            console.json(SettingWords.json());
            return;
        }
        SettingWords.lines().forEach(console::line);
        console.line("What each does, and which strategies read it: docs/command-line.md; loss.KEY: docs/losses");
    }

    private FineTuning request(String parent) {
        return Usage.of(spec, () -> {
            FineTuning.Builder builder = FineTuning.of(parent)
                    .data(TrainingData.files(data.data.toArray(new Path[0])).columns(data.columns))
                    .progress(console.progress())
                    .listener(new Told());
            settings().forEach((key, value) -> builder.set(TrainingSetting.of(key), value));
            if (recipe.strategy != null) {
                builder.strategy(Strategy.parse(recipe.strategy));
            }
            LossChoice loss = loss();
            if (loss != null) {
                builder.loss(loss);
            }
            judges(builder);
            if (running.out != null) {
                builder.output(running.out);
            }
            if (running.inexact && !running.resume) {
                throw new InvalidInputException("--inexact says how to resume, but --resume is not given; give both, or neither");
            }
            if (running.resume) {
                builder.resume(running.inexact);
            }
            return builder.build();
        });
    }

    private void judges(FineTuning.Builder builder) {
        Path evaluation = data.evaluation;
        if (evaluation == null && data.evaluationTask != null) {
            throw new InvalidInputException("--eval-task " + data.evaluationTask + " says how to read --eval, which is not given; give both");
        }
        if (!data.evaluationColumns.isEmpty() && (evaluation == null || data.evaluationTask != null || Files.isDirectory(evaluation))) {
            throw new InvalidInputException("--eval-columns names columns of rows, but --eval gives no rows; leave it out");
        }
        if (evaluation != null) {
            if (data.evaluationTask != null) {
                builder.evaluation(EvaluationData.of(data.evaluationTask, evaluation));
            } else if (Files.isDirectory(evaluation)) {
                builder.evaluation(EvaluationData.of("retrieval", evaluation));
            } else {
                builder.evaluation(TrainingData.files(evaluation)
                        .columns(data.evaluationColumns.isEmpty() ? data.columns : data.evaluationColumns));
            }
        }
        String general = data.general;
        if (general != null) {
            int colon = general.indexOf(':');
            if (colon < 1) {
                throw new InvalidInputException("--general is \"" + general + "\"; give TASK:PATH, as in sts:dev.tsv");
            }
            builder.general(EvaluationData.of(general.substring(0, colon), Path.of(general.substring(colon + 1))));
        }
        if (data.cache != null) {
            builder.cache(data.cache);
        }
    }

    private Map<String, String> settings() {
        Map<String, String> all = new LinkedHashMap<>();
        recipe.settings.forEach((key, value) -> {
            if (!key.startsWith(LOSS_PREFIX)) {
                all.put(key, value);
            }
        });
        put(all, "epochs", recipe.epochs);
        put(all, "batch_size", recipe.batchSize);
        put(all, "learning_rate", recipe.learningRate);
        put(all, "minutes", recipe.minutes);
        put(all, "seed", recipe.seed);
        return all;
    }

    private static void put(Map<String, String> all, String key, @Nullable String value) {
        if (value != null) {
            all.put(key, value);
        }
    }

    private @Nullable LossChoice loss() {
        LossChoice loss = recipe.loss == null ? null : Losses.named(recipe.loss);
        for (Map.Entry<String, String> entry : recipe.settings.entrySet()) {
            if (entry.getKey().startsWith(LOSS_PREFIX)) {
                if (loss == null) {
                    throw new InvalidInputException("--set " + entry.getKey() + " needs --loss NAME, since each loss has its own settings");
                }
                loss = loss.with(entry.getKey().substring(LOSS_PREFIX.length()), entry.getValue());
            }
        }
        if (loss != null) {
            LossMaker.requireKnown(loss);
        }
        return loss;
    }

    /** Plan and looks go to standard error; steps to the progress line alone. */
    private final class Told implements TrainingListener {
        @Override
        public void planned(List<String> lines) {
            lines.forEach(console::note);
        }

        @Override
        public void looked(Look look) {
            console.note(String.format(Locale.ROOT, "after step %,d: %s %.4f on the selection part", look.step(), look.metric(), look.value()));
        }
    }

    static Map<String, Object> json(FineTuningReport report) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("model", report.made().id().value());
        object.put("name", report.made().name());
        object.put("folder", report.made().folder().toString());
        if (Files.exists(report.curve())) {
            object.put("curve", report.curve().toString());
        }
        object.put("parent", report.made().parent());
        object.putAll(RecordFiles.results(report));
        object.put("notes", report.course().notes());
        return object;
    }

    private void print(FineTuningReport report) {
        FineTuningReport.Verdict verdict = report.verdict();
        console.line(report.made().id() + " " + verdict.outcome() + ": " + verdict.reason());
        console.line("load it as " + report.made().name());
        List<Map<String, Score>> columns = new ArrayList<>(List.of(report.before(), report.after()));
        columns.addAll(report.baselines().values());
        List<String> names = new ArrayList<>(List.of(report.made().parent(), "tuned"));
        names.addAll(report.baselines().keySet());
        console.line(row("", names));
        report.before().keySet().stream().limit(SHOWN).forEach(metric -> console.line(row(metric, columns.stream()
                .map(scores -> scores.containsKey(metric) ? String.valueOf(scores.get(metric)) : "")
                .toList())));
        report.course().notes().forEach(console::note);
        console.line(String.format(
                Locale.ROOT,
                "%,d steps in %.0f s; folder %s",
                report.course().steps(),
                report.course().seconds(),
                report.made().folder()));
        if (Files.exists(report.curve())) {
            console.line("loss and scores over the steps: " + report.curve());
        }
    }

    private static String row(String first, List<String> cells) {
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-28s", first));
        cells.forEach(cell -> line.append(String.format(Locale.ROOT, "  %-26s", cell)));
        return line.toString().stripTrailing();
    }
}
