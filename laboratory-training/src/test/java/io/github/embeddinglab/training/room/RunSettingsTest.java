package io.github.embeddinglab.training.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.MissingArtifactException;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuningReport;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingListener;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.ModelFolderWriter;
import io.github.embeddinglab.core.model.Safetensors;
import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.training.Backends;
import io.github.embeddinglab.training.SharedFixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings of a run: what memory it may take, where it computes, how its batches are drawn, how its result is stored. */
@Tag("integration")
class RunSettingsTest {
    @TempDir
    Path directory = Path.of("");

    private EmbeddingLaboratory laboratory() {
        return EmbeddingLaboratory.builder().modelDirectory(directory.resolve("models")).build();
    }

    private static FineTuning.Builder request(String model, TrainingData data) {
        return FineTuning.of(model)
                .data(data)
                .batchSize(32)
                .learningRate(5e-3)
                .epochs(2)
                .set(TrainingSetting.THREADS, 1)
                .set(TrainingSetting.PRECISION, "fp32")
                .set(TrainingSetting.PRESERVATION, -1);
    }

    private static FineTuning.Builder request(List<TrainingRow> rows) {
        return request(SharedFixtures.path("models/bert-mean").toString(), TrainingData.pairs(rows));
    }

    /** Told of everything. */
    private static final class Told implements TrainingListener {
        private final List<String> planned = new ArrayList<>();
        private int steps;
        private int looks;

        @Override
        public void planned(List<String> lines) {
            planned.addAll(lines);
        }

        @Override
        public void stepped(Step step) {
            steps++;
        }

        @Override
        public void looked(Look look) {
            looks++;
        }
    }

    @Test
    void howTheLargestBatchIsComputedIsToldBeforeTheFirstStep() {
        Told told = new Told();
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport report = lab.training()
                    .fineTune(request(WordPairs.rows(100, false, 1)).set(TrainingSetting.MICRO_BATCH, 8).listener(told).build());
            // two words and two special tokens a text, more where words are cut
            assertThat(report.course().notes()).filteredOn(note -> note.startsWith("memory: ")).singleElement().asString()
                    .matches("memory: batches of up to 32 rows and \\d{1,2} tokens a text, in passes of 8 texts with a forward pass more"
                            + " \\(cached gradients\\), take \\d+ of 4,096 MiB by estimate");
            assertThat(told.planned).anyMatch(line -> line.startsWith("memory: "));
        }
    }

    @Test
    void whatCannotFitIsRefusedBeforeAnyStep() throws IOException {
        Path large = directory.resolve("large");
        try (ModelFolder table = ModelFolder.open(SharedFixtures.path("models/static-mean"))) {
            int rows = 200_000;
            int width = table.dimensions();
            // with gradients and the optimizer's state it takes more than the least ceiling that can be set
            assertThat(16L * rows * width).isGreaterThan(64L << 20);
            try (Tensors tensors = Tensors.of(List.of(Tensors.Tensor.of("embedding.weight", new long[] {rows, width}, floats(rows * width))))) {
                ModelFolderWriter.write(table.description(), tensors, Files.readAllBytes(table.tokenizer()), large);
            }
        }
        Told told = new Told();
        FineTuning.Builder request = request(large.toString(), TrainingData.pairs(WordPairs.rows(100, false, 2))).listener(told);
        try (EmbeddingLaboratory lab = laboratory()) {
            assertThatThrownBy(() -> lab.training().fineTune(request.set(TrainingSetting.MEMORY_MIB, 64).build()))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("training was not started")
                    .hasMessageContaining("the ceiling is 64 MiB")
                    .hasMessageContaining("memory_mib");
            assertThat(told.steps).isZero();
            assertThat(told.looks).isZero();
            lab.training().fineTune(request.set(TrainingSetting.MEMORY_MIB, 256).build());
            assertThat(told.steps).isPositive();
        }
    }

    private static float[] floats(int count) {
        float[] out = new float[count];
        for (int i = 0; i < count; i++) {
            out[i] = (float) Math.sin(i);
        }
        return out;
    }

    @ParameterizedTest
    @CsvSource({"keep, F32, float32, 1e-9", "float16, F16, float16, 1e-4", "bfloat16, BF16, bfloat16, 5e-3", "float32, F32, float32, 1e-9"})
    void theFolderIsStoredInTheNumbersThatWereChosenAndJudgedSo(String weights, Tensors.Type type, String word, double apart) throws IOException {
        Path out = directory.resolve("tuned");
        Path cache = directory.resolve("vectors");
        Path plain = directory.resolve("plain");
        FineTuning.Builder request = request(WordPairs.rows(200, false, 3));
        try (EmbeddingLaboratory lab = laboratory()) {
            lab.training().fineTune(request.output(plain).build());
            lab.training().fineTune(request.set(TrainingSetting.WEIGHTS, weights).output(out).cache(cache).build());
            try (Tensors stored = Safetensors.open(out)) {
                assertThat(stored.names()).hasSizeGreaterThan(40).allSatisfy(name -> assertThat(stored.tensor(name).type()).as(name).isEqualTo(type));
            }
            JsonNode config = new ObjectMapper().readTree(out.resolve("config.json").toFile());
            assertThat(config.path("dtype").asText()).isEqualTo(word);
            assertThat(config.path("hidden_size").asInt()).isEqualTo(32);
            try (Embedder tuned = lab.models().load(out.toString()); Embedder whole = lab.models().load(plain.toString())) {
                List<String> texts = List.of("long work", "patent notice", "which rights shall mean");
                Embeddings found = tuned.embed(texts);
                Embeddings expected = whole.embed(texts);
                for (int i = 0; i < texts.size(); i++) {
                    assertThat(cosine(found.vector(i), expected.vector(i))).isCloseTo(1, within(apart));
                }
                // the gate keeps vectors by the fingerprint of what it judged
                String fingerprint = tuned.fingerprint().value().substring(0, 32);
                try (Stream<Path> kept = Files.list(cache)) {
                    assertThat(kept.map(file -> file.getFileName().toString())).anyMatch(name -> name.startsWith(fingerprint));
                }
                assertThat(tuned.fingerprint().equals(whole.fingerprint())).isEqualTo(type == Tensors.Type.F32);
            }
        }
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double first = 0;
        double second = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            first += (double) a[i] * a[i];
            second += (double) b[i] * b[i];
        }
        return product / Math.sqrt(first * second);
    }

    @Test
    void aGpuThatIsNotThereIsToldBeforeAnyWork() {
        Backends.LIBTORCH.open().close(); // skips without natives
        assumeFalse(torch.cuda_is_available(), "there is a GPU here");
        Told told = new Told();
        try (EmbeddingLaboratory lab = laboratory()) {
            assertThatThrownBy(() -> lab.training().fineTune(request(WordPairs.rows(100, false, 4)).set(TrainingSetting.DEVICE, "gpu").listener(told).build()))
                    .isInstanceOf(MissingArtifactException.class)
                    .hasMessageContaining("linux-x86_64-gpu");
            assertThat(told.planned).isEmpty();
        }
    }

    @Test
    void aSettingThatTheLossDoesNotAllowIsNamed() {
        Told told = new Told();
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport report = lab.training().fineTune(request(WordPairs.rows(100, false, 5))
                    .epochs(1).set(TrainingSetting.BATCHING, "length-grouped").set(TrainingSetting.BATCH_TOKENS, 100).listener(told).build());
            assertThat(report.course().notes())
                    .anyMatch(note -> note.startsWith("batching=length-grouped is not followed: ") && note.contains("no text twice"))
                    .anyMatch(note -> note.startsWith("batch_tokens is not followed: "))
                    .doesNotHaveDuplicates()
                    // few rows of a default warm-up
                    .anyMatch(note -> note.matches("\\d steps, warm-up 0, a look every \\d \\(warm-up cut from \\d+\\)"));
            assertThat(told.planned).anyMatch(line -> line.startsWith("batching=length-grouped is not followed: "));
        }
    }

    /** A limit of time is made steps once: what goes on after an interruption makes as many as were planned before it. */
    @Test
    void aPlanOfTimeSurvivesAResume() throws IOException {
        FineTuning.Builder request = request(WordPairs.rows(300, false, 6)).epochs(10_000)
                .set(TrainingSetting.MINUTES, 0.1).set(TrainingSetting.PATIENCE, 0).set(TrainingSetting.INTERPOLATION, "off");
        int stop = 21; // the step behind those that are measured
        try (EmbeddingLaboratory lab = laboratory()) {
            assertThatThrownBy(() -> lab.training().fineTune(request.listener(new TrainingListener() {
                        @Override
                        public void stepped(Step step) {
                            if (step.step() == stop) {
                                Thread.currentThread().interrupt();
                            }
                        }
                    }).build()))
                    .isInstanceOf(CancelledException.class);
            Path plan;
            try (Stream<Path> files = Files.walk(directory.resolve("models/training"))) {
                plan = files.filter(file -> file.getFileName().toString().equals("plan.json")).findFirst().orElseThrow();
            }
            int planned = new ObjectMapper().readTree(plan.toFile()).path("steps").asInt();
            assertThat(planned).isGreaterThanOrEqualTo(20);
            Told told = new Told();
            FineTuningReport report = lab.training().fineTune(request.resume(false).listener(told).build());
            assertThat(report.course().steps()).isEqualTo(Math.max(stop, planned));
            assertThat(told.steps).isEqualTo(Math.max(0, planned - stop));
            assertThat(report.course().notes()).contains("resumed after step " + stop).noneMatch(note -> note.contains(" s allow "));
        }
    }

    /** What was measured before an interruption is not measured again, and counts. */
    @Test
    void timeIsPlannedBehindAnInterruptionToo() {
        FineTuning.Builder request = request(WordPairs.rows(300, false, 7)).epochs(10_000)
                .set(TrainingSetting.MINUTES, 0.1).set(TrainingSetting.PATIENCE, 0).set(TrainingSetting.INTERPOLATION, "off");
        try (EmbeddingLaboratory lab = laboratory()) {
            assertThatThrownBy(() -> lab.training().fineTune(FineTuningTest.stoppedAfter(5, request).build())).isInstanceOf(CancelledException.class);
            // behind the plan at once: the checkpoint has the plan's rates
            assertThatThrownBy(() -> lab.training().fineTune(FineTuningTest.stoppedAfter(26, request).resume(false).build()))
                    .isInstanceOf(CancelledException.class);
            Told told = new Told();
            FineTuningReport report = lab.training().fineTune(request.resume(false).listener(told).build());
            assertThat(report.course().steps()).isEqualTo(26 + told.steps);
            assertThat(report.course().notes()).contains("resumed after step 26");
        }
    }

    @Test
    void aListenerThatFailsCostsNoStep() {
        FineTuning.Builder request = request(WordPairs.rows(300, false, 8)).set(TrainingSetting.EVALUATION_STEPS, 2);
        try (EmbeddingLaboratory lab = laboratory()) {
            FineTuningReport whole = lab.training().fineTune(request.build());
            assertThatThrownBy(() -> lab.training().fineTune(request.listener(new TrainingListener() {
                        @Override
                        public void stepped(Step step) {
                            if (step.step() == 3) {
                                throw new IllegalStateException("of the caller");
                            }
                        }
                    }).build()))
                    .isInstanceOf(IllegalStateException.class).hasMessage("of the caller").hasNoSuppressedExceptions();
            assertThatThrownBy(() -> lab.training().fineTune(request.resume(false).listener(new TrainingListener() {
                        @Override
                        public void looked(Look look) {
                            if (look.step() == 6) {
                                throw new IllegalStateException("of the caller");
                            }
                        }
                    }).build()))
                    .isInstanceOf(IllegalStateException.class);
            FineTuningReport resumed = lab.training().fineTune(request.resume(false).listener(TrainingListener.NONE).build());
            assertThat(resumed.course().notes()).contains("resumed after step 6");
            assertThat(resumed.course().losses()).isEqualTo(whole.course().losses());
            assertThat(resumed.course().looks()).isEqualTo(whole.course().looks());
            assertThat(resumed.after()).isEqualTo(whole.after());
        }
    }
}
