package io.github.embeddinglab.training.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.EvaluationData;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuningReport;
import io.github.embeddinglab.api.training.Losses;
import io.github.embeddinglab.api.training.Strategy;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.training.SharedFixtures;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Adapters from a request to a report: what they read, what loads them, and that they need no libtorch. */
@Tag("integration")
class AdapterRoomTest {
    private static final String STATIC = SharedFixtures.path("models/static-mean").toString();

    @TempDir
    Path directory = Path.of("");

    private EmbeddingLaboratory laboratory() {
        return EmbeddingLaboratory.builder().modelDirectory(directory.resolve("models")).build();
    }

    private static FineTuning.Builder request(boolean shuffled) {
        return FineTuning.of(STATIC)
                .data(TrainingData.pairs(WordPairs.rows(300, shuffled, 1)))
                .strategy(Strategy.ADAPTER)
                .learningRate(5e-3)
                .batchSize(64)
                .set(TrainingSetting.THREADS, 1)
                .set(TrainingSetting.PRESERVATION, -1);
    }

    @Test
    void theReportNamesWhatLoadsWhetherItPassedOrNot() throws IOException {
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport passed = lab.training().fineTune(request(false).epochs(40).build());
            assertThat(passed.verdict().passed()).as(passed.verdict().reason()).isTrue();
            FineTuningReport refused = lab.training().fineTune(request(true).epochs(2).build());
            assertThat(refused.verdict().passed()).isFalse();
            for (FineTuningReport report : List.of(passed, refused)) {
                // a map of queries is no model of its own: there is nothing to register
                assertThat(report.verdict().registered()).isFalse();
                assertThat(report.made().name()).isEqualTo("adapter=" + report.made().folder() + ":" + STATIC);
                assertThat(lab.embed(List.of("long work"), EmbedOptions.model(report.made().name())).rows()).isEqualTo(1);
                assertThatThrownBy(() -> lab.models().load(report.model().value())).hasMessageContaining("neither a known name nor a folder");
                JsonNode record = SharedFixtures.json(report.made().folder().resolve("laboratory-record.json"));
                assertThat(record.path("registered").asBoolean()).isFalse();
                assertThat(record.path("passed").asBoolean()).isEqualTo(report.verdict().passed());
                assertThat(List.of("README.md", "laboratory-record.json"))
                        .allSatisfy(file -> assertThat(report.made().folder().resolve(file)).content().doesNotContain(directory.toString()));
            }
            assertThat(Files.readString(passed.made().folder().resolve("README.md")))
                    .contains("It passed the gate: better than the parent")
                    .contains("load(\"adapter=FOLDER:" + STATIC + "\"); // FOLDER is this folder")
                    .contains("| score | parent | this model | bm25 |\n|---|---|---|---|\n| ndcg@10 |");
        }
    }

    @Test
    void bm25AndTheDataAreInTheReport() {
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport report = lab.training().fineTune(request(false).epochs(1).build());
            assertThat(report.baselines()).containsOnlyKeys("bm25");
            Map<String, Score> bm25 = report.baselines().getOrDefault("bm25", Map.of());
            // queries and documents share no word
            assertThat(bm25.keySet()).isEqualTo(report.before().keySet());
            assertThat(bm25.get("ndcg@10")).isEqualTo(new Score(0, 0, 0));
            assertThat(report.data().rows().count()).isEqualTo(300);
            assertThat(report.data().parts().sizes()).containsEntry("training", 210).containsEntry("selection", 30).containsEntry("gate", 60);
            JsonNode record = SharedFixtures.json(report.made().folder().resolve("laboratory-record.json"));
            assertThat(record.at("/baselines/bm25/ndcg@10/value").asDouble(-1)).isZero();
            assertThat(record.at("/data/parts/gate").asInt()).isEqualTo(60);
        }
    }

    @Test
    void aLimitOfTimeEndsTheEpochs() {
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport report = lab.training().fineTune(request(false).epochs(10_000)
                    .set(TrainingSetting.MINUTES, 0.05).set(TrainingSetting.PATIENCE, 0).build());
            assertThat(report.course().steps()).isBetween(1, 9_999);
            assertThat(report.course().notes()).anyMatch(note -> note.matches("[\\d,]+ of 10,000 epochs; embedding .* since the 3 s were over"));
        }
    }

    @Test
    void patienceEndsTheEpochsToo() {
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport report = lab.training().fineTune(request(true).epochs(100).learningRate(1e-9).set(TrainingSetting.PATIENCE, 3).build());
            assertThat(report.course().steps()).isEqualTo(3);
            assertThat(report.course().notes())
                    .anyMatch(note -> note.startsWith("3 of 100 epochs") && note.endsWith("stopped early: no gain on the selection part in 3 epochs"));
        }
    }

    @Test
    void whatAStrategyDoesNotReadIsRefused() {
        try (EmbeddingLaboratory lab = laboratory()) {
            refused(lab, request(false).set(TrainingSetting.WARMUP_STEPS, 5).set(TrainingSetting.SCHEDULE, "cosine"),
                    "strategy adapter with loss multiple-negatives on pairs does not read schedule, warmup_steps; leave them out");
            refused(lab, request(false).loss(Losses.multipleNegatives().with("cached", 1)), "and its scale alone");
            refused(lab, request(false).resume(false), "strategy adapter keeps no checkpoint to resume from");
            refused(lab, request(false).strategy(Strategy.CONTRASTIVE).set(TrainingSetting.ADAPTER_RANK, 4),
                    "strategy contrastive with loss multiple-negatives on pairs does not read adapter_rank; leave it out");
            refused(lab, request(false).strategy(Strategy.AUTO).set(TrainingSetting.FIRST_EPOCHS, 4), "does not read first_epochs");
            refused(lab, request(false).strategy(Strategy.CONTRASTIVE).teacher(STATIC), "does not read teacher");
            refused(lab, request(false).strategy(Strategy.AUTO).loss(Losses.multipleNegatives()).set(TrainingSetting.GUIDE, STATIC), "does not read guide");
            refused(lab, request(false).strategy(Strategy.CONTRASTIVE).judge((queries, texts) -> new float[queries.size()]), "does not read judge");
            refused(lab, request(false).strategy(Strategy.DISTILL).teacher(STATIC).loss(Losses.multipleNegatives()),
                    "strategy distill learns from a teacher, but loss multiple-negatives does not");
            FineTuning.Builder judged = request(false).strategy(Strategy.CONTRASTIVE).evaluation(TrainingData.pairs(WordPairs.rows(40, false, 9)));
            refused(lab, judged.set(TrainingSetting.GATE_SHARE, 0.3), "does not read gate_share; leave it out, or judge by a part of the data");
            refused(lab, request(false).set(TrainingSetting.MARGIN, 0.1), "does not read margin; leave it out, or name a general set");
            refused(lab, request(false).general(EvaluationData.of("sts", directory.resolve("dev.tsv"))),
                    "does not read preservation; leave it out, or name no general set");
            assertThat(directory.resolve("models/tuned")).doesNotExist();
        }
    }

    private static void refused(EmbeddingLaboratory lab, FineTuning.Builder request, String message) {
        assertThatThrownBy(() -> lab.training().fineTune(request.build())).isInstanceOf(InvalidInputException.class).hasMessageContaining(message);
        assertThatThrownBy(() -> lab.training().plan(request.build())).isInstanceOf(InvalidInputException.class).hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({"query, kept", "both, mapped"})
    void anEmbedderWithoutAFolderIsAdaptedWithoutLibtorch(String side, String documents) throws Exception {
        Path natives = directory.resolve("natives");
        // a platform that has no natives: whatever touched them would fail
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-Dorg.bytedeco.javacpp.platform=none-such",
                        "-Dorg.bytedeco.javacpp.cachedir=" + natives, "-cp", classPath(), AdapterProgram.class.getName(),
                        directory.resolve("models").toString(), side)
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        assertThat(out.lines())
                .contains("passed true, registered false", "query mapped", "document " + documents)
                .anyMatch(line -> line.startsWith("name adapter=" + directory.resolve("models/tuned")) && line.endsWith(":service"));
        assertThat(natives).doesNotExist();
    }

    /** Also where a launcher loads the tests by a class loader of its own. */
    private static String classPath() {
        return AdapterProgram.class.getClassLoader() instanceof URLClassLoader loader
                ? Stream.of(loader.getURLs()).map(URL::getPath).collect(Collectors.joining(File.pathSeparator))
                : System.getProperty("java.class.path");
    }
}
