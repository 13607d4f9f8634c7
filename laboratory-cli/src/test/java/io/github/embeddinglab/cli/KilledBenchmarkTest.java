package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lab benchmark all} in processes of its own: killed in the middle, it goes on from its cache to the same report. */
@Tag("integration")
class KilledBenchmarkTest {
    private static final long PATIENCE_SECONDS = 240;
    private static final int KILLED = 137;
    private static final int PAIRS = 9000;
    /** Some thousand vectors of the tiny model, far from all. */
    private static final long ENOUGH_BYTES = 400_000;

    @TempDir
    private Path folder = Path.of(".");

    private Process start(Path out) throws IOException {
        // a class path of many modules may be longer than the system lets a command line be
        Path options = Files.writeString(
                folder.resolve("class-path.options"),
                "-cp \"" + System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")) + "\"");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-Xmx512m", "@" + options, Lab.class.getName()));
        command.addAll(List.of(new Cli(folder.resolve("models")).arguments(
                "benchmark", "all", "--model", Cli.fixture("bert-mean"), "--model", Cli.fixture("static-mean"),
                "--catalogue", folder.resolve("catalogue.json"), "--out", out, "--resamples", 200,
                "--seconds", "0.05", "--warmup-seconds", "0", "--rounds", 2, "--callers", 2)));
        return new ProcessBuilder(command)
                .redirectOutput(folder.resolve("stdout").toFile())
                .redirectError(folder.resolve("stderr").toFile())
                .start();
    }

    private String end(Process process, int exit) throws IOException, InterruptedException {
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("the process ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        String notes = Files.readString(folder.resolve("stderr"));
        assertThat(process.exitValue()).as(notes).isEqualTo(exit);
        return notes;
    }

    private void write() throws IOException {
        StringBuilder rows = new StringBuilder("score\tsentence1\tsentence2\n");
        for (int i = 0; i < PAIRS; i++) {
            rows.append(i % 5).append("\tthe index of segment ").append(i).append("\tone query for vector ").append(i * (i % 5)).append('\n');
        }
        Files.writeString(folder.resolve("pairs.tsv"), rows);
        Files.writeString(
                folder.resolve("catalogue.json"),
                "{\"version\": 1, \"entries\": [{\"name\": \"pairs\", \"task\": \"sts\", \"files\": [\"pairs.tsv\"],"
                        + " \"score\": \"cosine_spearman\"}]}");
    }

    private static long bytes(Path vectors) throws IOException {
        if (!Files.isDirectory(vectors)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(vectors)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    @Test
    void aKilledRunGoesOnToTheSameReport() throws IOException, InterruptedException {
        write();
        Path out = folder.resolve("out");
        Process first = start(out);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (first.isAlive() && bytes(out.resolve("vectors")) < ENOUGH_BYTES && System.nanoTime() < deadline) {
            Thread.sleep(1);
        }
        first.destroyForcibly();
        end(first, KILLED);
        assertThat(bytes(out.resolve("vectors"))).as("some vectors were kept").isPositive();
        assertThat(out.resolve("report.json")).as("and nothing half-written").doesNotExist();

        String notes = end(start(out), 0);
        assertThat(notes).containsPattern("[1-9][0-9]* % of the texts in the cache");
        Path whole = folder.resolve("whole");
        end(start(whole), 0);
        assertThat(out.resolve("report.json")).hasSameBinaryContentAs(whole.resolve("report.json"));

        JsonNode timings = JsonMapper.builder().build().readTree(out.resolve("timings.json").toFile());
        assertThat(timings.path("promises")).hasSize(10);
        JsonNode figures = timings.path("timings").get(0).path("figures");
        assertThat(figures.path("cold_start_ms").path("value").doubleValue()).isGreaterThan(50);
        assertThat(figures.path("overload_share_of_peak").path("value").isNumber()).isTrue();
        try (Stream<Path> files = Files.list(out)) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())))
                    .contains("report.md", "report.html", "scores.png", "pareto.png", "leaderboard")
                    .noneMatch(name -> name.endsWith(".part"));
        }
    }
}
