package io.github.embeddinglab.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.embeddinglab.api.BenchmarkPlan;
import io.github.embeddinglab.api.BenchmarkReport;
import io.github.embeddinglab.api.Effort;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Suite;
import io.github.embeddinglab.evaluation.suites.Report;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.RuntimeMXBean;
import java.nio.file.Path;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every suite takes, and how it is run. */
final class BenchmarkOptions {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double MILLIS = 1000;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "Registry name or folder; may be repeated, the others are held against the first.")
    private List<String> models = new ArrayList<>();

    @Option(
            names = "--catalogue",
            paramLabel = "FILE",
            description = "Names the data; default: benchmarks/catalogue.json of the checkout or the working directory.")
    private @Nullable Path catalogue;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Write report.json, timings.json, report.md, report.html, plots as PNG and leaderboard/ here.")
    private @Nullable Path out;

    @Option(names = "--baseline", paramLabel = "FILE", description = "An earlier report.json to hold the scores against.")
    private @Nullable Path baseline;

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Keep vectors here, so that a run after a kill goes on; default: DIR/vectors of --out.")
    private @Nullable Path cache;

    @Option(names = "--resamples", paramLabel = "N", defaultValue = "10000", description = "Of the bootstrap (default: 10000).")
    private int resamples;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "42", description = "Of all random numbers (default: 42).")
    private long seed;

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "3", description = "Of each measurement of speed (default: 3).")
    private double seconds;

    @Option(names = "--warmup-seconds", paramLabel = "S", defaultValue = "3", description = "Before them (default: 3).")
    private double warmup;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "5", description = "Measurements of each kind (default: 5).")
    private int rounds;

    @Option(names = "--callers", paramLabel = "N", defaultValue = "8", description = "Concurrent callers (default: 8).")
    private int callers;

    @Option(
            names = "--rivals",
            paramLabel = "FILE",
            description = "What `lab benchmark inference --json` printed; two of the ten promises are judged by it.")
    private @Nullable Path rivals;

    void run(Console console, CommonOptions common, Suite first, Suite... more) {
        if (baseline != null) {
            // a wrong file costs no time when it is read first
            Report.read(baseline);
        }
        EvaluationOptions evaluation = EvaluationOptions.defaults()
                .sampling(Sampling.defaults().withResamples(resamples).withSeed(seed))
                .progress(console.progress());
        if (cache != null) {
            evaluation = evaluation.cache(cache);
        } else if (out != null) {
            evaluation = evaluation.cache(out.resolve("vectors"));
        }
        try (EmbeddingLaboratory lab = common.builder().build()) {
            BenchmarkPlan plan = BenchmarkPlan.of(models.isEmpty() ? List.of(lab.defaultModel()) : models)
                    .suites(first, more)
                    .options(evaluation)
                    .effort(new Effort(span(warmup), span(seconds), rounds, callers))
                    .probe(probe(common))
                    .notes(console::note);
            if (catalogue != null) {
                plan = plan.catalogue(catalogue);
            }
            if (rivals != null) {
                plan = plan.rivals(rivals);
            }
            BenchmarkReport report = lab.benchmarks().run(plan);
            if (out != null) {
                report.writeTo(out);
            }
            List<String> worse = baseline == null ? List.of() : report.regressions(baseline);
            print(console, common, report, worse);
            if (!worse.isEmpty()) {
                throw new LaboratoryException("worse than the baseline " + baseline + ": " + String.join("; ", worse));
            }
        }
    }

    private static Duration span(double seconds) {
        return Duration.ofMillis(Math.round(seconds * MILLIS));
    }

    /** This very program again, for one model. */
    private static List<String> probe(CommonOptions common) {
        RuntimeMXBean runtime = ManagementFactory.getRuntimeMXBean();
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        // an agent may write files of its own
        runtime.getInputArguments().stream()
                .filter(word -> !word.startsWith("-javaagent") && !word.startsWith("-agent"))
                .forEach(command::add);
        command.addAll(List.of("@" + classPath(runtime.getClassPath()), Lab.class.getName(), "benchmark", "probe"));
        command.addAll(common.words());
        return command;
    }

    /** A file of options, so that the command line stays short whatever the class path is. */
    private static Path classPath(String entries) {
        try {
            Path options = Files.createTempFile("laboratory", ".options");
            options.toFile().deleteOnExit();
            return Files.writeString(options, "-cp \"" + entries.replace("\\", "\\\\") + "\"");
        } catch (IOException e) {
            throw new LaboratoryException("the options of the measuring process cannot be written: " + e.getMessage(), e);
        }
    }

    private void print(Console console, CommonOptions common, BenchmarkReport report, List<String> worse) {
        if (!common.json()) {
            console.line(report.toMarkdown().stripTrailing());
            return;
        }
        try {
            ObjectNode object = (ObjectNode) JSON.readTree(report.toJson());
            JSON.readTree(report.timingsJson()).properties().forEach(entry -> object.set(entry.getKey(), entry.getValue()));
            object.put("kind", "all");
            object.set("regressions", JSON.valueToTree(worse));
            console.json(object);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a report is JSON", e);
        }
    }
}
