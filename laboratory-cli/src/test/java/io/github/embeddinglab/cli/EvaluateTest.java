package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lab evaluate} and {@code lab benchmark quality} with the tiny static model. */
@Tag("integration")
class EvaluateTest {
    @TempDir
    private Path folder = Path.of(".");

    private Cli cli = new Cli(Path.of("."));
    private Path model = Path.of(".");
    private Path pairs = Path.of(".");

    @BeforeEach
    void write() throws IOException {
        cli = new Cli(folder.resolve("models"));
        model = Cli.fixture("static-mean");
        StringBuilder rows = new StringBuilder("rated\tsentence1\tsentence2\n");
        String[] words = {"the index", "a segment", "one query", "some vector", "every matrix", "no file"};
        for (int i = 0; i < 36; i++) {
            String first = words[i % 6] + " and " + words[i / 6];
            rows.append(i % 4).append('\t').append(first).append('\t');
            rows.append(i % 4 == 3 ? first : words[(i + 2) % 6]).append('\n');
        }
        pairs = Files.writeString(folder.resolve("pairs.tsv"), rows);
    }

    @Test
    void scoresHaveValueLowAndHigh() {
        Cli.Result result = cli.run(
                "evaluate", "sts", "--model", model, "--data", pairs, "--columns", "score=rated", "--resamples", 500, "--json")
                .done();
        JsonNode json = result.json();
        JsonNode spearman = json.path("scores").path("cosine_spearman");
        assertThat(spearman.path("low").doubleValue()).isLessThan(spearman.path("value").doubleValue());
        assertThat(spearman.path("high").doubleValue()).isGreaterThan(spearman.path("value").doubleValue());
        assertThat(json.path("seed").intValue()).isEqualTo(42);
        assertThat(json.path("fingerprint").textValue()).hasSize(64);
        assertThat(result.err()).contains("72 texts to embed");
    }

    @Test
    void twoModelsAreCompared() {
        JsonNode json = cli.run(
                        "evaluate", "sts", "--model", model, "--model", model, "--data", pairs, "--columns", "score=rated",
                        "--resamples", 500, "--json")
                .done()
                .json();
        assertThat(json.path("differences")).isNotEmpty().noneMatch(difference -> difference.path("shown").booleanValue());
    }

    @Test
    void anUndefinedScoreIsNullAndSaid() throws IOException {
        Path flat = Files.writeString(folder.resolve("flat.tsv"), "score\tsentence1\tsentence2\n1\ta\tb\n1\tc\td\n1\te\tf\n");
        JsonNode json = cli.run("evaluate", "sts", "--model", model, "--data", flat, "--resamples", 500, "--json").done().json();
        assertThat(json.path("scores").path("cosine_spearman").path("value").isNull()).isTrue();
        assertThat(json.path("notes").toString()).contains("cosine_spearman is undefined");
    }

    @Test
    void wrongUseAndWrongData() throws IOException {
        cli.run("evaluate", "nosuch", "--model", model, "--data", pairs).refused(Lab.WRONG_USE, "nosuch", "sts");
        cli.run("evaluate", "sts", "--model", model).refused(Lab.WRONG_USE, "--data");
        cli.run("evaluate", "sts", "--model", model, "--data", pairs)
                .refused(Lab.FAILED, "pairs.tsv", "no column \"score\"", "--columns score=");
        Path cut = Files.writeString(folder.resolve("cut.tsv"), "score\tsentence1\tsentence2\n1\ta\tb\n1\tc\n");
        cli.run("evaluate", "sts", "--model", model, "--data", cut).refused(Lab.FAILED, "cut.tsv:3", "2 fields");
        cli.run("evaluate", "sts", "--model", model, "--data", folder.resolve("none.tsv")).refused(Lab.FAILED, "none.tsv");
    }

    @Test
    void theGuardComparesWithABaseline() throws IOException {
        Path catalogue = Files.writeString(
                folder.resolve("catalogue.json"),
                "{\"version\": 1, \"entries\": [{\"name\": \"p\", \"task\": \"sts\", \"files\": [\"pairs.tsv\"],"
                        + " \"columns\": {\"score\": \"rated\"}, \"score\": \"cosine_spearman\"}]}");
        Path out = folder.resolve("report");
        cli.run("benchmark", "quality", "--model", model, "--catalogue", catalogue, "--out", out, "--cache", folder.resolve("c"),
                        "--resamples", 500)
                .done();
        Path baseline = out.resolve("report.json");
        cli.run("benchmark", "quality", "--model", model, "--catalogue", catalogue, "--baseline", baseline, "--resamples", 500)
                .done();
        Path better = Files.writeString(
                folder.resolve("better.json"), Files.readString(baseline).replaceAll("\"(low|value|high)\" : -?[0-9.eE-]+", "\"$1\" : 0.9999"));
        Cli.Result worse = cli.run(
                "benchmark", "quality", "--model", model, "--catalogue", catalogue, "--baseline", better, "--resamples", 500);
        assertThat(worse.exit()).isEqualTo(Lab.FAILED);
        assertThat(worse.err()).contains("worse than the baseline", "p: cosine_spearman");
    }
}
