package io.github.embeddinglab.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.Benchmarks;
import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.Difference;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.EvaluationData;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Measure;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.evaluation.metrics.MeanMeasure;
import io.github.embeddinglab.evaluation.statistics.Bootstrap;
import io.github.embeddinglab.evaluation.suites.Catalogue;
import io.github.embeddinglab.evaluation.suites.QualitySuite;
import io.github.embeddinglab.evaluation.suites.Report;
import io.github.embeddinglab.testkit.FakeLaboratoryProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The room as a user of the front meets it, found by discovery. */
@Tag("integration")
class EvaluationRoomTest {
    private static final EvaluationOptions QUICK =
            EvaluationOptions.defaults().sampling(Sampling.defaults().withResamples(500));

    @TempDir
    private Path folder = Path.of(".");

    private final EmbeddingLaboratory laboratory = EmbeddingLaboratory.builder()
            .provider(new FakeLaboratoryProvider())
            .room(new FakeModels())
            .build();
    private Path pairs = Path.of("");

    @BeforeEach
    void write() throws IOException {
        StringBuilder rows = new StringBuilder("label\tsentence1\tsentence2\n");
        String[] words = {"index", "segment", "merge", "query", "vector", "matrix", "solver", "string"};
        for (int i = 0; i < 64; i++) {
            String first = words[i % 8] + " " + words[i / 8 % 8] + " " + i;
            boolean alike = i % 2 == 0;
            String second = alike ? words[i / 8 % 8] + " " + words[i % 8] + " again" : words[(i + 3) % 8] + " other " + (i + 7);
            rows.append(alike ? 1 : 0).append('\t').append(first).append('\t').append(second).append('\n');
        }
        pairs = Files.writeString(folder.resolve("pairs.tsv"), rows);
    }

    @AfterEach
    void close() {
        laboratory.close();
    }

    @Test
    void comparesTwoModels() {
        Benchmarks benchmarks = laboratory.benchmarks();
        Evaluator evaluator = benchmarks.evaluator(EvaluationData.of("pairs", pairs));
        Scores wide = benchmarks.evaluate(evaluator, "wide", QUICK);
        Scores narrow = benchmarks.evaluate(evaluator, "narrow", QUICK);
        assertThat(wide.score("cosine_ap").value()).isGreaterThan(narrow.score("cosine_ap").value());
        List<Difference> differences = benchmarks.compare(narrow, wide);
        assertThat(differences).extracting(Difference::name).contains("cosine_ap").noneMatch(name -> name.endsWith("_threshold"));
        Difference ap = differences.get(0);
        assertThat(ap.shown()).as(ap.toString()).isTrue();
        assertThat(ap.tests().adjusted()).isGreaterThanOrEqualTo(ap.tests().randomisation());
        assertThat(benchmarks.compare(wide, wide)).noneMatch(Difference::shown);
        assertThat(benchmarks.compare("cosine_ap", wide, wide).toString()).contains("no difference shown");
    }

    @Test
    void aCustomEvaluatorIsASmallInterface() {
        Evaluator lengths = new Evaluator() {
            @Override
            public String task() {
                return "norms";
            }

            @Override
            public long texts() {
                return 2;
            }

            @Override
            public Scores evaluate(Embedder embedder, EvaluationOptions options) {
                Measure measure = MeanMeasure.of(embedder.embed(List.of("a", "b")).value(0, 0), 1);
                return new Scores(
                        new Scores.Subject(task(), "two", embedder.model(), embedder.fingerprint()),
                        options.sampling(),
                        Map.of("mean", new Scores.Figure(Bootstrap.interval(measure, options.sampling()), measure)),
                        List.of());
            }
        };
        Score mean = laboratory.benchmarks().evaluate(lengths, "wide", QUICK).score("mean");
        assertThat(mean.low()).isLessThan(mean.high());
    }

    @Test
    void refusesWhatMakesNoSense() {
        Benchmarks benchmarks = laboratory.benchmarks();
        assertThat(benchmarks.tasks()).contains("sts", "retrieval", "preservation").hasSize(10);
        assertThatThrownBy(() -> benchmarks.evaluator(EvaluationData.of("nosuch", pairs)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("sts");
        assertThatThrownBy(() -> benchmarks.evaluator(EvaluationData.of("classification", pairs)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("training and test");
        assertThatThrownBy(() -> benchmarks.evaluator(EvaluationData.of("preservation", pairs)
                        .columns(Map.of("text", "sentence1"))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("reference=MODEL");
        Scores one = benchmarks.evaluate(EvaluationData.of("pairs", pairs), "wide");
        Scores sts = benchmarks.evaluate(EvaluationData.of("sts", pairs).columns(Map.of("score", "label")), "wide");
        assertThatThrownBy(() -> benchmarks.compare(one, sts)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void aSuiteReportsAndResumesFromItsCache() throws IOException {
        Path file = Files.writeString(
                folder.resolve("catalogue.json"),
                """
                {"version": 1, "entries": [
                  {"name": "alike", "task": "pairs", "files": ["pairs.tsv"], "score": "cosine_ap"},
                  {"name": "scored", "task": "sts", "files": ["pairs.tsv"], "columns": {"score": "label"}, "score": "cosine_spearman"}
                ]}""");
        EvaluationOptions cached = QUICK.cache(folder.resolve("cache"));
        QualitySuite suite = QualitySuite.of(Catalogue.read(file), laboratory.benchmarks());
        assertThat(suite.texts()).isEqualTo(256);
        Report plain = suite.run(List.of("wide", "narrow"), QUICK, (entry, model, texts) -> {});
        assertThat(suite.run(List.of("wide", "narrow"), cached, (entry, model, texts) -> {})).isEqualTo(plain);
        assertThat(suite.run(List.of("wide", "narrow"), cached, (entry, model, texts) -> {}).toJson()).isEqualTo(plain.toJson());
        assertThat(plain.results()).hasSize(4);
        Report wide = suite.run(List.of("wide"), QUICK, (entry, model, texts) -> {});
        Report narrow = suite.run(List.of("narrow"), QUICK, (entry, model, texts) -> {});
        assertThat(wide.regressions(wide)).isEmpty();
        assertThat(narrow.regressions(wide)).isNotEmpty();
    }
}
