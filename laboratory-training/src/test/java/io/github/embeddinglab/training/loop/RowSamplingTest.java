package io.github.embeddinglab.training.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.training.loop.RowBatches.Pairing;
import io.github.embeddinglab.training.sampling.Samplers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("unit")
class RowSamplingTest {
    /** Rows of two sets in a mixed order; a document belongs to several queries of its set. Small is at most a third. */
    private static TrainingSet pairs(int large, int small) {
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < large + small; i++) {
            boolean few = i % 3 == 1 && i / 3 < small;
            rows.add(TrainingRow.pair("query " + i, (few ? "few " : "many ") + i / 6).inSet(few ? "few.tsv" : "many.tsv"));
        }
        return TrainingSet.read(TrainingData.pairs(rows));
    }

    private static TrainingSet labelled(String... sets) {
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            String set = sets[i % sets.length];
            rows.add(TrainingRow.labelled(set + " label " + i % 5, "text " + i).inSet(set));
        }
        return TrainingSet.read(TrainingData.labelled(rows));
    }

    private static FineTuning.Recipe recipe(Map<TrainingSetting, Object> settings) {
        FineTuning.Builder builder = FineTuning.of("any").pairs(TrainingData.pairs(List.of(TrainingRow.pair("q", "d"))));
        settings.forEach(builder::set);
        return builder.build().recipe();
    }

    private static FineTuning.Recipe recipe(String mixing, int batch) {
        return recipe(Map.of(TrainingSetting.MIXING, mixing, TrainingSetting.BATCH_SIZE, batch));
    }

    private static RowBatches.Reading reading(Pairing pairing) {
        return new RowBatches.Reading(pairing, pairing == Pairing.NONE || pairing == Pairing.BY_LABEL);
    }

    private static List<List<Integer>> epoch(RowSampling sampling, long epoch) {
        return sampling.epoch(epoch).stream().map(rows -> Arrays.stream(rows).boxed().toList()).toList();
    }

    private static Set<String> sets(TrainingSet set, int[] batch) {
        return new HashSet<>(Arrays.stream(batch).mapToObj(row -> set.rows().get(row).set()).toList());
    }

    @ParameterizedTest
    @CsvSource({"proportional, 0.19, 0.21", "round-robin, 0.5, 0.5", "temperature, 0.3, 0.6"})
    @DisplayName("A batch is of one set, no text twice; another sampling of the same seed gives the same; the notes tell the shares")
    void mixes(String mixing, double least, double most) {
        TrainingSet set = pairs(640, 160);
        RowSampling sampling = new RowSampling(set, reading(Pairing.NONE), recipe(mixing, 8), row -> 1);
        RowSampling resumed = new RowSampling(set, reading(Pairing.NONE), recipe(mixing, 8), row -> 1);
        for (long epoch : new long[] {2, 0, 1}) {
            List<int[]> batches = sampling.epoch(epoch);
            for (int[] batch : batches) {
                assertThat(sets(set, batch)).hasSize(1);
                assertThat(Arrays.stream(batch).mapToObj(row -> set.rows().get(row).texts().get(1))).doesNotHaveDuplicates();
            }
            long few = batches.stream().filter(batch -> sets(set, batch).contains("few.tsv")).count();
            assertThat((double) few / batches.size()).isBetween(least, most);
            assertThat(epoch(resumed, epoch)).isEqualTo(epoch(sampling, epoch));
        }
        assertThat(epoch(sampling, 1)).isNotEqualTo(epoch(sampling, 0));
        long many = sampling.epoch(0).stream().filter(batch -> sets(set, batch).contains("many.tsv")).count();
        assertThat(sampling.notes()).singleElement().asString()
                .startsWith("mixing " + mixing + ", batches of the first epoch: many.tsv " + many + " (")
                .contains(" %, 640 rows), few.tsv ");
    }

    @Test
    @DisplayName("Without mixing the sets are one: the batches of one sampler over all rows")
    void concatenated() {
        TrainingSet set = pairs(200, 40);
        RowSampling sampling = new RowSampling(set, reading(Pairing.NONE), recipe(Map.of(TrainingSetting.BATCH_SIZE, 8)), row -> 1);
        assertThat(epoch(sampling, 3)).isEqualTo(Samplers.noDuplicates(set, 8, recipe(Map.of()).seed()).epoch(3).stream()
                .filter(rows -> rows.length >= 4)
                .map(rows -> Arrays.stream(rows).boxed().toList())
                .toList());
        assertThat(sampling.epoch(0)).anySatisfy(batch -> assertThat(sets(set, batch)).hasSize(2));
        assertThat(sampling.notes()).isEmpty();
    }

    @Test
    @DisplayName("With fewer labels than a batch has rows, nearly all rows are learned from; those left out are told")
    void fewLabels() {
        List<TrainingRow> rows = new ArrayList<>();
        int[] counts = {86, 1250, 1162, 1223, 835, 896};
        for (int label = 0; label < counts.length; label++) {
            for (int i = 0; i < counts[label]; i++) {
                rows.add(TrainingRow.labelled("label" + label, "text " + label + " " + i));
            }
        }
        TrainingSet set = TrainingSet.read(TrainingData.labelled(rows));
        RowSampling sampling = new RowSampling(set, reading(Pairing.BY_LABEL), recipe(Map.of(TrainingSetting.BATCH_SIZE, 32)), row -> 1);
        assertThat(sampling.epoch(0).stream().mapToInt(batch -> batch.length).sum()).isBetween(5_200, 5_452);
        assertThat(sampling.notes()).isEmpty();
        RowSampling lopsided = new RowSampling(
                set.withRows(rows.subList(0, 400)), reading(Pairing.BY_LABEL), recipe(Map.of(TrainingSetting.BATCH_SIZE, 32)), row -> 1);
        assertThat(lopsided.epoch(0)).hasSize(86);
        assertThat(lopsided.notes()).singleElement().asString().startsWith("228 of 400 rows are left out of the first epoch");
    }

    @Test
    @DisplayName("Single texts that are each other's negatives are never twice in a batch, and titles that many share do not part them")
    void texts() {
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            rows.add(TrainingRow.document("Overview", "text " + i / 2));
        }
        TrainingSet set = TrainingSet.read(TrainingData.documents(rows));
        RowSampling sampling = new RowSampling(
                set, new RowBatches.Reading(Pairing.NONE, true), recipe(Map.of(TrainingSetting.BATCH_SIZE, 8)), row -> 1);
        assertThat(sampling.epoch(0)).hasSizeGreaterThan(5).allSatisfy(batch -> assertThat(
                Arrays.stream(batch).mapToObj(row -> set.rows().get(row).texts().get(1))).doesNotHaveDuplicates());
    }

    @ParameterizedTest
    @CsvSource({"BY_LABEL", "CLASSES"})
    @DisplayName("Labelled texts are mixed, too: batches of one set keep what they need of its labels")
    void labels(Pairing pairing) {
        TrainingSet set = labelled("one", "two");
        RowSampling sampling = new RowSampling(set, reading(pairing), recipe("round-robin", 8), row -> 1);
        List<int[]> batches = sampling.epoch(0);
        assertThat(batches).hasSizeGreaterThan(6);
        for (int[] batch : batches) {
            assertThat(sets(set, batch)).hasSize(1);
            List<String> labels = Arrays.stream(batch).mapToObj(row -> String.valueOf(set.rows().get(row).label())).toList();
            if (pairing == Pairing.BY_LABEL) {
                assertThat(labels).doesNotHaveDuplicates();
            } else {
                assertThat(new HashSet<>(labels).size()).isBetween(2, labels.size() / 2);
            }
        }
    }

    @Test
    @DisplayName("What cannot be mixed as wished is told: one set, a small set, a set without negatives, a temperature that is not used")
    void told() {
        TrainingSet one = TrainingSet.read(TrainingData.pairs(
                IntStream.range(0, 20).mapToObj(i -> TrainingRow.pair("q" + i, "d" + i)).toList()));
        assertThat(new RowSampling(one, reading(Pairing.NONE), recipe("round-robin", 4), row -> 1).notes())
                .containsExactly("mixing round-robin changes nothing here: the rows are of one set, as made queries are; each --data is a set");
        assertThat(new RowSampling(one, reading(Pairing.NONE), recipe(Map.of(TrainingSetting.MIXING_TEMPERATURE, 3, TrainingSetting.BATCH_SIZE, 4)), row -> 1)
                        .notes())
                .containsExactly("mixing_temperature is not used, since mixing is concatenated");

        TrainingSet small = pairs(200, 6);
        RowSampling sampling = new RowSampling(small, reading(Pairing.NONE), recipe("round-robin", 16), row -> 1);
        assertThat(sampling.notes()).contains("set few.tsv has 6 rows for training: its batches have at most 6");
        assertThat(sampling.epoch(0)).anySatisfy(batch -> assertThat(sets(small, batch)).containsExactly("few.tsv"));

        List<TrainingRow> rows = new ArrayList<>(one.rows());
        rows.add(TrainingRow.pair("alone", "answer").inSet("single"));
        assertThatThrownBy(() -> new RowSampling(one.withRows(rows), reading(Pairing.NONE), recipe("proportional", 4), row -> 1))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("set single has one row for training")
                .hasMessageContaining("mixing=concatenated");
        List<TrainingRow> same = IntStream.range(0, 40)
                .mapToObj(i -> TrainingRow.labelled(i % 2 == 0 ? "same" : "other " + i % 4, "text " + i).inSet(i % 2 == 0 ? "a" : "b"))
                .toList();
        TrainingSet oneLabel = TrainingSet.read(TrainingData.labelled(same));
        assertThatThrownBy(() -> new RowSampling(oneLabel, reading(Pairing.BY_LABEL), recipe("proportional", 4), row -> 1))
                .hasMessageContaining("set a has one label for training");
        assertThatThrownBy(() -> new RowSampling(oneLabel, reading(Pairing.CLASSES), recipe("proportional", 8), row -> 1))
                .hasMessageStartingWith("set a: the data have 1 labels")
                .hasMessageContaining("mixing=concatenated");
    }

    @Test
    @DisplayName("The hash of the data tells which rows are of one set, not how the sets are called")
    void hash() {
        List<TrainingRow> rows = List.of(TrainingRow.pair("a", "b").inSet("x"), TrainingRow.pair("c", "d").inSet("y"));
        String hash = TrainingSet.read(TrainingData.pairs(rows)).sha256();
        List<TrainingRow> renamed = List.of(rows.get(0).inSet("first"), rows.get(1).inSet("second"));
        List<TrainingRow> joined = List.of(rows.get(0).inSet(""), rows.get(1).inSet(""));
        List<TrainingRow> named = List.of(rows.get(0).inSet("x"), rows.get(1).inSet("x"));
        assertThat(TrainingSet.read(TrainingData.pairs(renamed)).sha256()).isEqualTo(hash);
        assertThat(TrainingSet.read(TrainingData.pairs(joined)).sha256())
                .isNotEqualTo(hash)
                .isEqualTo(TrainingSet.read(TrainingData.pairs(named)).sha256());
    }
}
