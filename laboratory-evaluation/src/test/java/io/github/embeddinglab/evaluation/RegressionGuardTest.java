package io.github.embeddinglab.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.BenchmarkPlan;
import io.github.embeddinglab.api.BenchmarkReport;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Suite;
import io.github.embeddinglab.testkit.FakeLaboratoryProvider;
import io.github.embeddinglab.testkit.RegressionGuard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The guard as a user's build has it, with a baseline that the good model wrote. */
@Tag("integration")
class RegressionGuardTest {
    private static final EvaluationOptions QUICK =
            EvaluationOptions.defaults().sampling(Sampling.defaults().withResamples(500));
    private static final Path FOLDER = written();

    @RegisterExtension
    static final RegressionGuard GUARD = guard("wide");

    private static RegressionGuard guard(String model) {
        return RegressionGuard.of(FOLDER.resolve("catalogue.json"), FOLDER.resolve("baseline.json"))
                .laboratory(RegressionGuardTest::laboratory)
                .options(QUICK)
                .model(model);
    }

    private static EmbeddingLaboratory laboratory() {
        return EmbeddingLaboratory.builder().provider(new FakeLaboratoryProvider()).room(new FakeModels()).build();
    }

    private static Path written() {
        try {
            Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "guard");
            StringBuilder rows = new StringBuilder("label\tsentence1\tsentence2\n");
            String[] words = {"index", "segment", "merge", "query", "vector", "matrix", "solver", "string"};
            for (int i = 0; i < 64; i++) {
                String text = words[i % 8] + " " + words[i / 8] + " " + i;
                rows.append(i % 2).append('\t').append(text).append('\t')
                        .append(i % 2 == 1 ? words[i / 8] + " " + words[i % 8] + " again" : words[(i + 3) % 8] + " other").append('\n');
            }
            Files.writeString(folder.resolve("pairs.tsv"), rows);
            Path catalogue = Files.writeString(
                    folder.resolve("catalogue.json"),
                    "{\"version\": 1, \"entries\": [{\"name\": \"alike\", \"task\": \"pairs\", \"files\": [\"pairs.tsv\"], \"score\": \"cosine_ap\"}]}");
            try (EmbeddingLaboratory laboratory = laboratory()) {
                BenchmarkReport report = laboratory.benchmarks().run(
                        BenchmarkPlan.of(List.of("wide")).suites(Suite.QUALITY).catalogue(catalogue).options(QUICK));
                Files.writeString(folder.resolve("baseline.json"), report.toJson());
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theSameModelPassesAndTestsGetTheReport(BenchmarkReport report) {
        assertThat(report.comparison().rows()).hasSize(1);
        assertThat(report.comparison().tasks().get(0).entry()).isEqualTo("alike");
    }

    @Test
    void aWorseModelFailsAndNamesTheScore() {
        assertThatThrownBy(() -> guard("narrow").check())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("narrow is worse")
                .hasMessageContaining("alike: cosine_ap");
    }

    @Test
    void withoutABaselineItSaysHowToWriteOne() {
        assertThatThrownBy(() -> RegressionGuard.of(Path.of("c.json"), Path.of("absent.json")).check())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("lab benchmark quality");
    }
}
