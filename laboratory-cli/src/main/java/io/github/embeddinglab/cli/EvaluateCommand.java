package io.github.embeddinglab.cli;

import io.github.embeddinglab.api.Benchmarks;
import io.github.embeddinglab.api.Difference;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.EvaluationData;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.LaboratoryBuilder;
import io.github.embeddinglab.api.Resources;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.api.Scores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lab evaluate}: scores of a model on data, with intervals; two models get a paired test. */
@Command(
        name = "evaluate",
        description = "Evaluate a model on data: each score with its confidence interval; two models are compared.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class EvaluateCommand implements Runnable, Lab.Verb {
    private static final double NANOS = 1e9;
    private static final int SHOWN = 12;

    private final Console console;

    @Parameters(
            paramLabel = "TASK",
            description = "sts, retrieval, reranking, pairs, triplets, bitext, classification, clustering, words or preservation.")
    private String task = "";

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "Registry name or folder; default: the configured model. Give it twice to compare two models.")
    private List<String> models = new ArrayList<>();

    @Option(
            names = "--data",
            paramLabel = "PATH",
            required = true,
            description = "A file or folder of the task; may be repeated (joined; for classification: training, then test).")
    private List<Path> data = new ArrayList<>();

    @Option(
            names = "--columns",
            paramLabel = "NAME=COLUMN",
            split = ",",
            description = "Columns of the data that are called otherwise, as in score=relatedness.")
    private Map<String, String> columns = new LinkedHashMap<>();

    @Option(
            names = "--setting",
            paramLabel = "NAME=VALUE",
            split = ",",
            description = "Settings of the task: protocol=few|full (classification), reference=MODEL (preservation).")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description = "One role for all texts (none, query, document, or a prompt name) instead of the task's own.")
    private @Nullable String role;

    @Option(names = "--confidence", paramLabel = "P", defaultValue = "0.95", description = "Of the intervals (default: 0.95).")
    private double confidence;

    @Option(names = "--resamples", paramLabel = "N", defaultValue = "10000", description = "Of the bootstrap (default: 10000).")
    private int resamples;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "42", description = "Of all random numbers (default: 42).")
    private long seed;

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Keep vectors here: a second run, or one after a kill, computes only what is missing.")
    private @Nullable Path cache;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute; default: all processors.")
    private int threads;

    @Mixin
    private CommonOptions common = new CommonOptions();

    EvaluateCommand(Console console) {
        this.console = console;
    }

    @Override
    public void run() {
        LaboratoryBuilder builder = common.builder();
        if (threads != 0) {
            builder.resources(Resources.defaults().withThreads(threads));
        }
        EvaluationOptions options = EvaluationOptions.defaults()
                .sampling(new Sampling(confidence, resamples, seed))
                .progress(console.progress());
        if (role != null) {
            options = options.role(role.toLowerCase(Locale.ROOT).equals("none") ? Role.NONE : Role.prompt(role));
        }
        if (cache != null) {
            options = options.cache(cache);
        }
        try (EmbeddingLaboratory lab = builder.build()) {
            Benchmarks benchmarks = lab.benchmarks();
            Evaluator evaluator = benchmarks.evaluator(new EvaluationData(task, data, columns, settings));
            List<String> names = models.isEmpty() ? List.of(lab.defaultModel()) : models;
            List<Scores> all = new ArrayList<>();
            long start = System.nanoTime();
            for (String name : names) {
                console.note(String.format(
                        Locale.ROOT,
                        "%s with %s: %,d texts to embed, %,d resamples, seed %d",
                        task,
                        name,
                        evaluator.texts(),
                        resamples,
                        seed));
                all.add(benchmarks.evaluate(evaluator, name, options));
            }
            List<Scores> baselines = evaluator.baselines(options);
            List<Difference> differences = new ArrayList<>();
            for (int i = 1; i < all.size(); i++) {
                differences.addAll(benchmarks.compare(all.get(0), all.get(i)));
            }
            double seconds = (System.nanoTime() - start) / NANOS;
            if (common.json()) {
                console.json(json(all, baselines, differences, seconds));
            } else {
                print(all, baselines, differences);
            }
        }
    }

    private Map<String, Object> json(
            List<Scores> all, List<Scores> baselines, List<Difference> differences, double seconds) {
        Map<String, Object> object = one(all.get(0));
        object.put("confidence", confidence);
        object.put("resamples", resamples);
        object.put("seed", seed);
        object.put("seconds", seconds);
        if (all.size() > 1) {
            object.put("others", all.subList(1, all.size()).stream().map(EvaluateCommand::one).toList());
            object.put("differences", differences.stream().map(EvaluateCommand::difference).toList());
        }
        if (!baselines.isEmpty()) {
            object.put("baselines", baselines.stream().map(EvaluateCommand::one).toList());
        }
        return object;
    }

    private static Map<String, Object> one(Scores scores) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("task", scores.subject().task());
        object.put("data", scores.subject().data());
        object.put("model", scores.subject().model());
        object.put("fingerprint", scores.subject().fingerprint().value());
        Map<String, Object> values = new LinkedHashMap<>();
        scores.values().forEach((name, score) -> values.put(name, score(score)));
        object.put("scores", values);
        object.put("notes", scores.notes());
        return object;
    }

    /** JSON has no NaN: what is undefined is null. */
    static Map<String, Object> score(Score score) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("value", number(score.value()));
        object.put("low", number(score.low()));
        object.put("high", number(score.high()));
        return object;
    }

    private static @Nullable Double number(double value) {
        return Double.isNaN(value) ? null : value;
    }

    static Map<String, Object> difference(Difference difference) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", difference.name());
        object.put("first", number(difference.first()));
        object.put("second", number(difference.second()));
        object.put("change", score(difference.change()));
        object.put("p_bootstrap", difference.tests().bootstrap());
        object.put("p_randomisation", difference.tests().randomisation());
        object.put("p_adjusted", difference.tests().adjusted());
        object.put("shown", difference.shown());
        return object;
    }

    private void print(List<Scores> all, List<Scores> baselines, List<Difference> differences) {
        List<Scores> columnsOfTable = new ArrayList<>(all);
        columnsOfTable.addAll(baselines);
        Scores first = all.get(0);
        console.line(String.format(
                Locale.ROOT,
                "%s on %s; %.0f %% intervals from %,d resamples, seed %d",
                first.subject().task(),
                first.subject().data(),
                100 * confidence,
                resamples,
                seed));
        StringBuilder header = new StringBuilder(String.format(Locale.ROOT, "%-28s", ""));
        columnsOfTable.forEach(scores -> header.append(String.format(Locale.ROOT, "  %-26s", scores.subject().model())));
        console.line(header.toString().stripTrailing());
        first.figures().keySet().stream().limit(SHOWN).forEach(name -> {
            StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%-28s", name));
            columnsOfTable.forEach(scores -> row.append(
                    String.format(Locale.ROOT, "  %-26s", scores.figures().containsKey(name) ? scores.score(name) : "")));
            console.line(row.toString().stripTrailing());
        });
        if (first.figures().size() > SHOWN) {
            console.line("and " + (first.figures().size() - SHOWN) + " more with --json");
        }
        differences.stream().limit(SHOWN).forEach(difference -> console.line(difference.toString()));
        columnsOfTable.forEach(scores ->
                scores.notes().forEach(note -> console.note(scores.subject().model() + ": " + note)));
    }
}
