package io.github.embeddinglab.evaluation.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Score;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class ReportTest {
    @TempDir
    private Path folder = Path.of(".");

    private static Report report(String model, double value) {
        return new Report(
                Sampling.defaults(),
                List.of(new Report.Result(
                        "stsb",
                        "sts",
                        model,
                        "cosine_spearman",
                        Map.of("cosine_spearman", new Score(value, value - 0.02, value + 0.02), "x", new Score(Double.NaN, Double.NaN, Double.NaN)))));
    }

    @Test
    void isReadAsItWasWritten() throws IOException {
        Report report = report("minilm", 0.87);
        report.writeTo(folder);
        assertThat(Report.read(folder.resolve("report.json"))).isEqualTo(report);
        assertThat(Files.readString(folder.resolve("report.md"))).contains("| stsb | cosine_spearman | 0.8700 [0.8500, 0.8900] |");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void onlyWhatFallsOutOfTheIntervalIsARegression() {
        Report baseline = report("minilm", 0.87);
        assertThat(report("minilm", 0.86).regressions(baseline)).isEmpty();
        assertThat(report("minilm", 0.90).regressions(baseline)).isEmpty();
        assertThat(report("tuned", 0.84).regressions(baseline)).singleElement().asString().contains("stsb", "0.8400", "0.8500");
        assertThat(report("minilm", Double.NaN).regressions(baseline)).hasSize(1);
        assertThat(new Report(Sampling.defaults(), List.of()).regressions(baseline)).hasSize(1);
    }

    @Test
    void catalogueIsStrict() throws IOException {
        Path file = folder.resolve("catalogue.json");
        Files.writeString(file, "{\"version\": 1, \"entries\": [{\"name\": \"a\", \"task\": \"sts\", \"files\": [\"x.tsv\"], \"score\": \"cosine_spearman\"}]}");
        Catalogue.Entry entry = Catalogue.read(file).entries().get(0);
        assertThat(entry.data().files()).containsExactly(folder.toAbsolutePath().resolve("x.tsv").normalize());
        for (String wrong : List.of(
                "{\"version\": 2, \"entries\": [{}]}",
                "{\"version\": 1, \"entries\": [{\"name\": \"a\", \"colour\": 1}]}",
                "{\"version\": 1, \"entries\": [{\"name\": \"a\"}]}",
                "{\"version\": 1}",
                "[")) {
            Files.writeString(file, wrong);
            assertThatThrownBy(() -> Catalogue.read(file))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("catalogue.json");
        }
    }
}
