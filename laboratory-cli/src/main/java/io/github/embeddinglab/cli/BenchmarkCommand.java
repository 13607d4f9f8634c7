package io.github.embeddinglab.cli;

import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.evaluation.suites.Catalogue;
import io.github.embeddinglab.evaluation.suites.QualitySuite;
import io.github.embeddinglab.evaluation.suites.Report;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code lab benchmark}: suites of evaluations. */
@Command(
        name = "benchmark",
        description = "Run a suite of evaluations and write a report.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "SUITE",
        subcommands = {BenchmarkCommand.Quality.class})
final class BenchmarkCommand implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    /** Made by picocli. */
    BenchmarkCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name a suite: quality");
    }

    /** {@code lab benchmark quality}. */
    @Command(
            name = "quality",
            description = "Evaluate models on a catalogue of data; with --baseline exit 1 when a score fell out of its interval.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class Quality implements Runnable, Lab.Verb {
        private final Console console;

        @Option(names = "--model", paramLabel = "MODEL", description = "Registry name or folder; may be repeated.")
        private List<String> models = new ArrayList<>();

        @Option(
                names = "--catalogue",
                paramLabel = "FILE",
                required = true,
                description = "Names the data, as benchmarks/catalogue.json does.")
        private Path catalogue = Path.of("");

        @Option(names = "--out", paramLabel = "DIR", description = "Write report.json and report.md here.")
        private @Nullable Path out;

        @Option(names = "--baseline", paramLabel = "FILE", description = "An earlier report.json to hold the scores against.")
        private @Nullable Path baseline;

        @Option(names = "--cache", paramLabel = "DIR", description = "Keep vectors here: a run after a kill goes on.")
        private @Nullable Path cache;

        @Option(names = "--resamples", paramLabel = "N", defaultValue = "10000", description = "Of the bootstrap.")
        private int resamples;

        @Option(names = "--seed", paramLabel = "N", defaultValue = "42", description = "Of all random numbers.")
        private long seed;

        @Mixin
        private CommonOptions common = new CommonOptions();

        Quality(Console console) {
            this.console = console;
        }

        @Override
        public void run() {
            // read first, so that a wrong file costs no time
            Report before = baseline == null ? null : Report.read(baseline);
            Catalogue entries = Catalogue.read(catalogue);
            EvaluationOptions options = EvaluationOptions.defaults()
                    .sampling(Sampling.defaults().withResamples(resamples).withSeed(seed))
                    .progress(console.progress());
            if (cache != null) {
                options = options.cache(cache);
            }
            try (EmbeddingLaboratory lab = common.builder().build()) {
                List<String> names = models.isEmpty() ? List.of(lab.defaultModel()) : models;
                QualitySuite suite = QualitySuite.of(entries, lab.benchmarks());
                console.note(String.format(
                        Locale.ROOT,
                        "%,d evaluations, %,d texts to embed with each of %d models",
                        entries.entries().size(),
                        suite.texts(),
                        names.size()));
                Report report = suite.run(
                        names,
                        options,
                        (entry, model, texts) ->
                                console.note(String.format(Locale.ROOT, "%s with %s: %,d texts", entry, model, texts)));
                if (out != null) {
                    report.writeTo(out);
                }
                List<String> worse = before == null ? List.of() : report.regressions(before);
                print(report, worse);
                if (!worse.isEmpty()) {
                    throw new LaboratoryException("worse than the baseline " + baseline + ": " + String.join("; ", worse));
                }
            }
        }

        private void print(Report report, List<String> worse) {
            if (!common.json()) {
                console.line(report.toMarkdown().stripTrailing());
                return;
            }
            List<Map<String, Object>> results = new ArrayList<>();
            for (Report.Result result : report.results()) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("entry", result.entry());
                one.put("task", result.task());
                one.put("model", result.model());
                one.put("main", result.main());
                Map<String, Object> scores = new LinkedHashMap<>();
                result.scores().forEach((name, score) -> scores.put(name, EvaluateCommand.score(score)));
                one.put("scores", scores);
                results.add(one);
            }
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("results", results);
            object.put("resamples", resamples);
            object.put("seed", seed);
            object.put("regressions", worse);
            console.json(object);
        }
    }
}
