package io.github.embeddinglab.training.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuningReport;
import io.github.embeddinglab.api.training.Losses;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingListener;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.training.SharedFixtures;
import io.github.embeddinglab.training.libtorch.LibtorchBackend;
import io.github.embeddinglab.training.spi.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each setting of a training of weights does what it says, from the request on; all on one tiny model and few rows. */
@Tag("integration")
class SettingsTest {
    private static final String WORDS = "embeddings.word_embeddings.weight";
    private static final String LAST = "encoder.layer.2.";
    private static final String MATRIX = LAST + "output.dense.weight";
    private static final double RATE = 5e-3;
    private static final double ROUNDING = 1e-4;

    @TempDir
    private static Path directory = Path.of("");

    private static EmbeddingLaboratory lab;
    private static Map<String, float[]> parent;
    /** With nothing set beyond the request. */
    private static Tuned plain;

    /** What a training gave: its report, its steps, and its weights by name. */
    private record Tuned(FineTuningReport report, List<TrainingListener.Step> steps, Map<String, float[]> weights) {
        List<Double> losses() {
            return report.course().losses();
        }

        List<String> notes() {
            return report.course().notes();
        }
    }

    @BeforeAll
    static void trainPlain() {
        lab = EmbeddingLaboratory.builder().modelDirectory(directory.resolve("models")).build();
        parent = weights(SharedFixtures.path("models/bert-mean"));
        plain = tuned(request());
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    private static String model(String name) {
        return SharedFixtures.path("models/" + name).toString();
    }

    /** Enough steps that a state is better than the parent, so that trained weights are written. */
    private static FineTuning.Builder request() {
        return request(TrainingData.pairs(WordPairs.rows(200, false, 21)));
    }

    private static FineTuning.Builder request(TrainingData data) {
        return FineTuning.of(model("bert-mean")).data(data).batchSize(16).learningRate(RATE).epochs(4)
                .set(TrainingSetting.THREADS, 1)
                .set(TrainingSetting.PRECISION, "fp32")
                .set(TrainingSetting.INTERPOLATION, "off")
                .set(TrainingSetting.PRESERVATION, -1);
    }

    private static Tuned tuned(FineTuning.Builder request) {
        List<TrainingListener.Step> steps = new ArrayList<>();
        FineTuningReport report = lab.training().fineTune(request.listener(new TrainingListener() {
            @Override
            public void stepped(Step step) {
                steps.add(step);
            }
        }).build());
        return new Tuned(report, steps, weights(report.made().folder()));
    }

    /** The first steps alone: the training is interrupted behind them, so that nothing is judged. */
    private static List<TrainingListener.Step> steps(int count, FineTuning.Builder request) {
        List<TrainingListener.Step> steps = new ArrayList<>();
        assertThatThrownBy(() -> lab.training().fineTune(request.listener(new TrainingListener() {
            @Override
            public void stepped(Step step) {
                steps.add(step);
                if (steps.size() == count) {
                    Thread.currentThread().interrupt();
                }
            }
        }).build())).isInstanceOf(CancelledException.class);
        return steps;
    }

    private static List<Double> losses(int count, FineTuning.Builder request) {
        return steps(count, request).stream().map(TrainingListener.Step::loss).toList();
    }

    /** With one setting more. */
    private static Tuned tuned(TrainingSetting setting, Object value) {
        Tuned tuned = tuned(request().set(setting, value));
        assertThat(tuned.notes()).as("trained weights are written").anyMatch(note -> note.startsWith("taken: the state after step "));
        return tuned;
    }

    private static Map<String, float[]> weights(Path folder) {
        Map<String, float[]> all = new TreeMap<>();
        try (ModelFolder model = ModelFolder.open(folder)) {
            for (String name : model.tensors().names()) {
                Tensors.Tensor tensor = model.tensors().tensor(name);
                float[] values = new float[(int) tensor.elements()];
                tensor.bytes().asFloatBuffer().get(values);
                all.put(name, values);
            }
        }
        return all;
    }

    private static float[] tensor(Map<String, float[]> weights, String name) {
        float[] values = weights.get(name);
        assertThat(values).as(name).isNotNull();
        return values == null ? new float[0] : values;
    }

    /** Names of the weights that are not the parent's to the bit. */
    private static Set<String> changed(Tuned tuned) {
        assertThat(tuned.weights().keySet()).isEqualTo(parent.keySet());
        Set<String> names = new TreeSet<>();
        parent.forEach((name, values) -> {
            if (!Arrays.equals(values, tensor(tuned.weights(), name))) {
                names.add(name);
            }
        });
        return names;
    }

    @Test
    void withNothingSetAllThatAVectorIsMadeOfIsTrained() {
        assertThat(plain.notes()).anyMatch(note -> note.startsWith("taken: the state after step "));
        Set<String> read = new TreeSet<>(parent.keySet());
        read.removeIf(name -> name.startsWith("pooler."));
        assertThat(changed(plain)).isEqualTo(read);
        assertThat(tuned(request()).weights().get(MATRIX)).as("the same request, the same bits").isEqualTo(plain.weights().get(MATRIX));
    }

    @Test
    void frozenWordsStayAsTheyWere() {
        Set<String> changed = changed(tuned(TrainingSetting.FROZEN, "word-embeddings"));
        assertThat(changed).doesNotContain(WORDS).hasSize(changed(plain).size() - 1);
    }

    @Test
    void theLastLayersAloneAreTrained() {
        assertThat(changed(tuned(TrainingSetting.LAST_LAYERS, 1))).contains(MATRIX).allMatch(name -> name.startsWith(LAST));
        assertThat(changed(tuned(TrainingSetting.LAST_LAYERS, 2))).noneMatch(name -> name.startsWith("embeddings.") || name.contains("layer.0."))
                .contains("encoder.layer.1.output.dense.weight");
    }

    @Test
    void lowRankChangesHaveTheirRank() {
        Tuned two = tuned(request().set(TrainingSetting.LORA_RANK, 2).learningRate(4 * RATE));
        assertThat(two.notes()).anyMatch(note -> note.startsWith("taken: the state after step "));
        assertThat(changed(two)).contains(MATRIX).allMatch(name -> name.contains(".layer.") && name.endsWith(".weight") && !name.contains("LayerNorm"));
        for (String name : changed(two)) {
            assertThat(rankOfChange(two, name)).as(name).isEqualTo(2);
        }
        assertThat(rankOfChange(plain, MATRIX)).isGreaterThan(8);
    }

    /** Of tuned less parent, by elimination with the greatest remaining element; what rounding leaves is far below it. */
    private static int rankOfChange(Tuned tuned, String name) {
        float[] before = tensor(parent, name);
        float[] after = tensor(tuned.weights(), name);
        int columns = name.contains("output.dense") && !name.contains("attention") ? 64 : 32;
        int rows = before.length / columns;
        double[][] rest = new double[rows][columns];
        for (int i = 0; i < before.length; i++) {
            rest[i / columns][i % columns] = (double) after[i] - before[i];
        }
        double first = 0;
        for (int rank = 0; ; rank++) {
            int row = 0;
            int column = 0;
            for (int i = 0; i < before.length; i++) {
                if (Math.abs(rest[i / columns][i % columns]) > Math.abs(rest[row][column])) {
                    row = i / columns;
                    column = i % columns;
                }
            }
            double pivot = rest[row][column];
            first = rank == 0 ? Math.abs(pivot) : first;
            if (Math.abs(pivot) <= ROUNDING * first) {
                return rank;
            }
            double[] taken = rest[row].clone();
            for (double[] each : rest) {
                double share = each[column] / pivot;
                for (int j = 0; j < columns; j++) {
                    each[j] -= share * taken[j];
                }
            }
        }
    }

    /** Losses, dropout included, and weights are those of another way to compute the same. */
    private static void sameUpToRounding(Tuned tuned, Tuned whole) {
        assertThat(tuned.losses()).hasSameSizeAs(whole.losses());
        for (int i = 0; i < 8; i++) { // later AdamW has made much of the rounding of gradients that are nearly zero
            assertThat(tuned.losses().get(i)).as("loss of step " + (i + 1)).isCloseTo(whole.losses().get(i), within(ROUNDING));
        }
        double change = distance(tensor(whole.weights(), MATRIX), tensor(parent, MATRIX));
        assertThat(distance(tensor(tuned.weights(), MATRIX), tensor(whole.weights(), MATRIX))).isLessThan(change / 20);
    }

    private static double distance(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += Math.pow((double) one[i] - other[i], 2);
        }
        return Math.sqrt(sum);
    }

    @Test
    void microBatchesAndCheckpointingMakeTheSameStep() {
        Tuned cut = tuned(TrainingSetting.MICRO_BATCH, 5);
        sameUpToRounding(cut, plain);
        assertThat(plain.notes()).anyMatch(note -> note.startsWith("memory: ") && note.contains("in one pass"));
        assertThat(cut.notes()).anyMatch(note -> note.startsWith("memory: ") && note.contains("in passes of 5 texts"));
        Tuned checkpointed = tuned(TrainingSetting.GRADIENT_CHECKPOINTING, "on");
        sameUpToRounding(checkpointed, plain);
        assertThat(checkpointed.notes()).anyMatch(note -> note.startsWith("memory: ") && note.contains("with gradient checkpointing"));
    }

    @Test
    void aBatchAboveTheMemoryIsCutUnlessCheckpointed() {
        List<TrainingRow> rows = new ArrayList<>();
        WordPairs.rows(200, false, 22).forEach(row -> rows.add(TrainingRow.pair(
                row.texts().get(0), row.texts().get(1) + (rows.size() % 10 == 0 ? " work".repeat(140) : ""))));
        // two columns of 72 texts, padded to 128 tokens by estimate, of which each keeps some 8 KB, with checkpointing 3.5
        List<Double> whole = losses(2, longest(rows));
        List<Double> cut = losses(2, longest(rows).set(TrainingSetting.MEMORY_MIB, 64));
        List<Double> checkpointed = losses(2, longest(rows).set(TrainingSetting.MEMORY_MIB, 64).set(TrainingSetting.GRADIENT_CHECKPOINTING, "on"));
        assertThat(cut).isNotEqualTo(whole).isNotEqualTo(checkpointed);
        assertThat(losses(2, longest(rows).set(TrainingSetting.MEMORY_MIB, 64).set(TrainingSetting.GRADIENT_CHECKPOINTING, "off"))).isEqualTo(cut);
        for (int i = 0; i < 2; i++) {
            assertThat(cut.get(i)).isCloseTo(whole.get(i), within(ROUNDING));
            assertThat(checkpointed.get(i)).isCloseTo(whole.get(i), within(ROUNDING));
        }
    }

    private static FineTuning.Builder longest(List<TrainingRow> rows) {
        return request(TrainingData.pairs(rows)).batchSize(72);
    }

    @Test
    void narrowNumbersAreUsedWhereAskedFor() {
        boolean narrow;
        try (LibtorchBackend backend = LibtorchBackend.open(1)) {
            narrow = backend.supports(Precision.BFLOAT16);
        }
        // asked for by name also where the processor has to emulate it
        Tuned bf16 = tuned(TrainingSetting.PRECISION, "bf16");
        assertThat(bf16.notes()).contains("precision bfloat16");
        assertThat(bf16.losses().get(0)).isNotEqualTo(plain.losses().get(0)).isCloseTo(plain.losses().get(0), within(0.1));
        double first = losses(1, request().set(TrainingSetting.PRECISION, "auto")).get(0);
        assertThat(first).isEqualTo((narrow ? bf16 : plain).losses().get(0));
        assertThat(plain.notes()).contains("precision float32");
    }

    @Test
    void theRateFallsAsTheScheduleSays() {
        int steps = plain.steps().size();
        List<TrainingListener.Step> cosine = steps(steps, request().set(TrainingSetting.SCHEDULE, "cosine"));
        List<TrainingListener.Step> constant = steps(steps, request().set(TrainingSetting.SCHEDULE, "constant"));
        List<TrainingListener.Step> sudden = steps(2, request().set(TrainingSetting.WARMUP_STEPS, 0));
        int warmup = steps / 10;
        assertThat(warmup).isGreaterThanOrEqualTo(2);
        for (int i = warmup; i < steps; i++) {
            double left = (double) (steps - i) / (steps - warmup);
            assertThat(plain.steps().get(i).learningRate()).isCloseTo(RATE * left, within(1e-12));
            assertThat(cosine.get(i).learningRate()).isCloseTo(RATE * (1 + Math.cos(Math.PI * (1 - left))) / 2, within(1e-12));
            assertThat(constant.get(i).learningRate()).isEqualTo(RATE);
        }
        assertThat(plain.steps().get(1).learningRate()).isCloseTo(RATE / warmup, within(1e-12));
        assertThat(sudden.get(0).learningRate()).isEqualTo(RATE);
        for (List<TrainingListener.Step> other : List.of(cosine, constant)) {
            assertThat(other.get(steps - 1).loss()).as("the weights went another way").isNotEqualTo(plain.losses().get(steps - 1));
        }
        assertThat(sudden.get(1).loss()).isNotEqualTo(plain.losses().get(1));
    }

    @Test
    void decayMakesMatricesSmaller() {
        double decayed = length(tuned(TrainingSetting.WEIGHT_DECAY, 1).weights());
        double free = length(tuned(TrainingSetting.WEIGHT_DECAY, 0).weights());
        assertThat(decayed).isLessThan(0.98 * free);
        assertThat(length(plain.weights())).isStrictlyBetween(decayed, free);
    }

    private static double length(Map<String, float[]> weights) {
        float[] words = tensor(weights, WORDS);
        return distance(words, new float[words.length]);
    }

    @Test
    void gradientsAreCutToTheirLimit() {
        // so far below AdamW's epsilon that it hardly moves
        int last = plain.steps().size() - 1;
        List<Double> losses = losses(last + 1, request().set(TrainingSetting.MAX_GRADIENT_NORM, 1e-9));
        assertThat(plain.losses().get(last)).isLessThan(0.9 * plain.losses().get(0));
        assertThat(losses.get(0)).isEqualTo(plain.losses().get(0));
        assertThat(losses.get(last)).isGreaterThan(plain.losses().get(last) + 0.1);
    }

    @Test
    void dropoutIsTheModelsUnlessSet() {
        assertThat(losses(3, request().set(TrainingSetting.DROPOUT, 0.1))).as("as config.json has it").isEqualTo(plain.losses().subList(0, 3));
        double without = losses(1, request().set(TrainingSetting.DROPOUT, 0)).get(0);
        double much = losses(1, request().set(TrainingSetting.DROPOUT, 0.5)).get(0);
        assertThat(List.of(without, much)).doesNotContain(plain.losses().get(0)).doesNotHaveDuplicates();
    }

    @Test
    void sharesAreThoseOfTheDataReport() {
        assertThat(lab.training().plan(request().build())).contains("  training: 140 rows", "  selection: 20 rows", "  gate: 40 rows");
        assertThat(lab.training().plan(request().set(TrainingSetting.SELECTION_SHARE, 0.2).set(TrainingSetting.GATE_SHARE, 0.4).build()))
                .contains("  training: 80 rows", "  selection: 40 rows", "  gate: 80 rows");
    }

    @Test
    void looksAreMadeWhereAskedForUntilPatienceEnds() {
        // a rate so small that no look is better
        FineTuningReport report = lab.training().fineTune(request().learningRate(1e-9)
                .set(TrainingSetting.EVALUATION_STEPS, 3).set(TrainingSetting.PATIENCE, 2).build());
        assertThat(report.course().looks()).extracting(TrainingListener.Look::step).containsExactly(0, 3, 6);
        assertThat(report.course().notes()).contains("stopped early after step 6: no gain on the selection part in 2 looks");
        assertThat(steps(8, request().learningRate(1e-9).set(TrainingSetting.EVALUATION_STEPS, 3).set(TrainingSetting.PATIENCE, 0))).hasSize(8);
    }

    @Test
    void aGuideSaysWhichNegativesAreNone() {
        FineTuning.Builder request = request().loss(Losses.named("gist"));
        double byParent = losses(1, request).get(0);
        assertThat(losses(1, request.set(TrainingSetting.GUIDE, model("bert-mean"))).get(0)).isEqualTo(byParent);
        assertThat(losses(1, request.set(TrainingSetting.GUIDE, model("static-mean"))).get(0)).isNotCloseTo(byParent, within(0.01));
        assertThatThrownBy(() -> lab.training().fineTune(request.set(TrainingSetting.GUIDE, "no-such-model").build()))
                .hasMessageContaining("no-such-model");
    }

    @Test
    void longTextsAreCutAtTheLimitOfTraining() {
        List<TrainingRow> rows = new ArrayList<>();
        WordPairs.rows(60, false, 23).forEach(row -> rows.add(TrainingRow.pair(row.texts().get(0) + " work work", row.texts().get(1) + " long long")));
        FineTuning.Builder request = request(TrainingData.pairs(rows));
        double whole = losses(1, request).get(0);
        // two words and two special tokens: what was added is gone
        double cut = losses(1, request.set(TrainingSetting.MAX_TOKENS, 4)).get(0);
        double first = losses(1, request(TrainingData.pairs(WordPairs.rows(60, false, 23)))).get(0);
        assertThat(cut).isEqualTo(first).isNotEqualTo(whole);
    }
}
