package io.github.embeddinglab.training.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.Strategy;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.tokenization.Tokenizer;
import io.github.embeddinglab.core.tokenization.Tokenizers;
import io.github.embeddinglab.training.SharedFixtures;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.loop.RowBatches.Pairing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which rows stand together in a step, and how long they are. */
@Tag("unit")
class RowBatchesTest {
    private static final int ROWS = 400;

    @TempDir
    Path natives = Path.of("");

    private static TrainingSet scored(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            rows.add(TrainingRow.scored(
                    "work ".repeat(random.nextInt(1, 40)).strip() + " " + i, "code ".repeat(random.nextInt(1, 40)).strip() + " " + i, random.nextDouble()));
        }
        return TrainingSet.read(TrainingData.scoredPairs(rows));
    }

    private static RowBatches.Reading reading(TrainingSet set, Pairing pairing) {
        return new RowBatches.Reading(pairing, pairing == Pairing.BY_LABEL || set.form() == Form.PAIRS || set.form() == Form.TRIPLETS);
    }

    private void with(TrainingSet set, Pairing pairing, Map<TrainingSetting, Object> settings, Consumer<RowBatches> test) {
        try (ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/bert-mean"));
                Tokenizer tokenizer = Tokenizers.open(folder.tokenizer(), natives, folder.lowerCase())) {
            FineTuning.Recipe recipe = new FineTuning.Recipe(Strategy.AUTO, null, settings, FineTuning.Helpers.NONE);
            test.accept(new RowBatches(set, new TextTokens(folder, tokenizer, Integer.MAX_VALUE), reading(set, pairing), null, recipe));
        }
    }

    private record Epoch(List<RowBatches.Batch> batches) {
        static Epoch of(RowBatches batches) {
            List<RowBatches.Batch> all = new ArrayList<>();
            for (int step = 0; step < batches.stepsPerEpoch(); step++) {
                all.add(batches.batch(step));
            }
            return new Epoch(all);
        }

        /** Every row once, whatever the order. */
        void holdsAll() {
            assertThat(batches.stream().flatMap(batch -> batch.rows().stream()).sorted().toList())
                    .isEqualTo(java.util.stream.IntStream.range(0, ROWS).boxed().toList());
        }

        long padded() {
            return batches.stream().mapToLong(batch -> batch.texts().columns().stream().mapToLong(column -> (long) column.rows() * column.length()).sum()).sum();
        }
    }

    @Test
    void rowsOfLikeLengthSavePadding() {
        long seed = new Random().nextLong(1 << 30);
        TrainingSet set = scored(seed);
        Map<String, Long> padded = new HashMap<>();
        for (String batching : List.of("shuffled", "length-grouped")) {
            with(set, Pairing.NONE, Map.of(TrainingSetting.BATCHING, batching, TrainingSetting.SEED, seed), batches -> {
                Epoch epoch = Epoch.of(batches);
                epoch.holdsAll();
                padded.put(batching, epoch.padded());
                assertThat(batches.rows()).isEqualTo(32);
                assertThat(batches.notes()).isEmpty();
            });
        }
        // texts of two columns are independent in length, and the longer decides
        long whole = padded.getOrDefault("shuffled", 0L);
        assertThat(padded.get("length-grouped")).as("padded tokens, seed %d: %s", seed, padded).isLessThan((long) (0.9 * whole));
    }

    @Test
    void aBudgetOfTokensLimitsBatches() {
        long seed = new Random().nextLong(1 << 30);
        int most = 256;
        Map<TrainingSetting, Object> settings =
                Map.of(TrainingSetting.BATCHING, "length-grouped", TrainingSetting.BATCH_TOKENS, most, TrainingSetting.SEED, seed);
        with(scored(seed), Pairing.NONE, settings, batches -> {
            Epoch epoch = Epoch.of(batches);
            epoch.holdsAll();
            for (RowBatches.Batch batch : epoch.batches()) {
                assertThat(batch.rows().size() * batch.texts().length()).as("padded tokens of %s, seed %d", batch, seed).isLessThanOrEqualTo(most);
            }
            assertThat(batches.rows()).isGreaterThan(4).isLessThanOrEqualTo(32);
        });
    }

    @Test
    void theLongestTextIsThatOfAllBatches() {
        long seed = new Random().nextLong(1 << 30);
        with(scored(seed), Pairing.NONE, Map.of(TrainingSetting.SEED, seed), batches -> {
            int longest = Epoch.of(batches).batches().stream().flatMap(batch -> batch.texts().columns().stream()).mapToInt(TokenBatch::length).max().orElse(0);
            assertThat(batches.longest()).as("seed %d", seed).isEqualTo(longest);
            assertThat(batches.first().columns().get(0).ids()).isEqualTo(batches.batch(0).texts().columns().get(0).ids());
        });
        List<TrainingRow> cut = List.of(TrainingRow.scored("a", "b", 0), TrainingRow.scored("word ".repeat(500), "c", 1));
        with(TrainingSet.read(TrainingData.scoredPairs(cut)), Pairing.NONE, Map.of(TrainingSetting.BATCH_SIZE, 2), batches ->
                assertThat(batches.longest()).as("the model's limit").isEqualTo(128));
    }

    @Test
    void rowsOfPairsAndLabelsAreNotGroupedByLength() {
        Map<TrainingSetting, Object> grouped = Map.of(TrainingSetting.BATCHING, "length-grouped", TrainingSetting.BATCH_SIZE, 8);
        Map<TrainingSetting, Object> shuffled = Map.of(TrainingSetting.BATCH_SIZE, 8);
        List<TrainingRow> labelled = new ArrayList<>();
        List<TrainingRow> pairs = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            labelled.add(TrainingRow.labelled("label " + i % 8, "work ".repeat(1 + i % 9) + i));
            pairs.add(TrainingRow.pair("work ".repeat(1 + i % 9) + i, "code " + i));
        }
        TrainingSet labels = TrainingSet.read(TrainingData.labelled(labelled));
        for (Pairing pairing : List.of(Pairing.CLASSES, Pairing.BY_LABEL, Pairing.NONE)) {
            TrainingSet set = pairing == Pairing.NONE ? TrainingSet.read(TrainingData.pairs(pairs)) : labels;
            List<List<Integer>> rows = new ArrayList<>();
            with(set, pairing, shuffled, batches -> rows.addAll(Epoch.of(batches).batches().stream().map(RowBatches.Batch::rows).toList()));
            with(set, pairing, grouped, batches -> {
                assertThat(Epoch.of(batches).batches().stream().map(RowBatches.Batch::rows).toList()).isEqualTo(rows);
                assertThat(batches.notes()).singleElement().asString().startsWith("batching=length-grouped is not followed")
                        .contains(pairing == Pairing.CLASSES ? "by label" : "no text twice");
            });
        }
    }
}
