package io.github.embeddinglab.training.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.training.data.KeyedRandom;
import io.github.embeddinglab.training.data.NormalizedText;
import io.github.embeddinglab.training.data.TrainingSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
class SamplersTest {
    private static List<List<Integer>> lists(List<int[]> batches) {
        return batches.stream().map(batch -> Arrays.stream(batch).boxed().toList()).toList();
    }

    private static void everyRowOnce(List<int[]> batches, int rows) {
        assertThat(batches.stream().flatMapToInt(Arrays::stream).sorted().toArray())
                .isEqualTo(IntStream.range(0, rows).toArray());
    }

    @Test
    @DisplayName("An epoch holds every row once, is the same when asked again, and differs from the next and from another seed's")
    void shuffled() {
        BatchSampler sampler = Samplers.shuffled(103, 10, 5);
        everyRowOnce(sampler.epoch(0), 103);
        assertThat(sampler.epoch(0)).hasSize(11);
        // asked out of order, as a resumed run does
        List<List<Integer>> third = lists(sampler.epoch(3));
        assertThat(lists(Samplers.shuffled(103, 10, 5).epoch(3))).isEqualTo(third);
        assertThat(lists(sampler.epoch(2))).isNotEqualTo(third);
        assertThat(lists(Samplers.shuffled(103, 10, 6).epoch(3))).isNotEqualTo(third);
        assertThatThrownBy(() -> Samplers.shuffled(4, 5, 1))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("the batch has 5 rows, the set 4");
    }

    @Test
    @DisplayName("First rows of many epochs are spread evenly")
    void even() {
        BatchSampler sampler = Samplers.shuffled(10, 10, 1);
        int[] counts = new int[10];
        for (int epoch = 0; epoch < 2000; epoch++) {
            counts[sampler.epoch(epoch).get(0)[0]]++;
        }
        // 200 expected, standard deviation 13
        assertThat(Arrays.stream(counts).min().orElseThrow()).isGreaterThan(140);
        assertThat(Arrays.stream(counts).max().orElseThrow()).isLessThan(260);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    @DisplayName("No text stands twice in a batch, be it query, document or negative, and no row is lost")
    void noDuplicates(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            rows.add(TrainingRow.triplet("q " + i, "d" + random.nextInt(60), "D" + random.nextInt(60) + "."));
        }
        TrainingSet set = TrainingSet.read(TrainingData.triplets(rows));
        List<int[]> batches = Samplers.noDuplicates(set, 16, seed).epoch(seed);
        everyRowOnce(batches, 300);
        for (int[] batch : batches) {
            List<String> texts = new ArrayList<>();
            for (int row : batch) {
                texts.addAll(new HashSet<>(set.rows().get(row).texts().stream().map(NormalizedText::of).toList()));
            }
            assertThat(texts).as("seed %d", seed).doesNotHaveDuplicates();
        }
        assertThat(batches.get(0)).hasSize(16);
    }

    /** The rule itself, looking at every row that waits. */
    private static List<List<Integer>> plain(int[][] keys, int[] order, int size) {
        List<List<Integer>> batches = new ArrayList<>();
        List<Integer> left = new ArrayList<>(Arrays.stream(order).boxed().toList());
        while (!left.isEmpty()) {
            Set<Integer> used = new HashSet<>();
            List<Integer> batch = new ArrayList<>();
            for (int row : left) {
                if (batch.size() < size && Arrays.stream(keys[row]).noneMatch(used::contains)) {
                    batch.add(row);
                    Arrays.stream(keys[row]).forEach(used::add);
                }
            }
            left.removeAll(batch);
            batches.add(batch);
        }
        return batches;
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    @DisplayName("Batches without a common text are those that looking at every row gives, also where nearly all rows share texts")
    void distinct(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 50; round++) {
            int texts = 1 + random.nextInt(40);
            int columns = 1 + random.nextInt(3);
            int[][] keys = IntStream.range(0, 1 + random.nextInt(120))
                    // squares, so that some texts are far oftener than others
                    .mapToObj(row -> IntStream.range(0, columns)
                            .map(column -> (int) (texts * Math.pow(random.nextDouble(), 2)))
                            .distinct()
                            .toArray())
                    .toArray(int[][]::new);
            int[] order = KeyedRandom.permutation(keys.length, random);
            int size = 1 + random.nextInt(12);
            assertThat(lists(new DistinctBatches(keys, order).batches(size)))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(plain(keys, order, size));
        }
    }

    @Test
    @DisplayName("Batches by label hold at least two labels and at least two rows of each, and almost every row is used")
    void byLabel() {
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            labels.add("label" + i % 7);
        }
        labels.add("alone");
        BatchSampler sampler = Samplers.byLabel(labels, 16, 4, 3);
        List<int[]> batches = sampler.epoch(2);
        assertThat(lists(sampler.epoch(2))).isEqualTo(lists(batches));
        assertThat(batches.stream().mapToInt(batch -> batch.length).sum()).isGreaterThan(250);
        assertThat(batches.stream().flatMapToInt(Arrays::stream).boxed()).doesNotHaveDuplicates().doesNotContain(300);
        for (int[] batch : batches) {
            Map<String, Integer> counts = new HashMap<>();
            Arrays.stream(batch).forEach(row -> counts.merge(labels.get(row), 1, Integer::sum));
            assertThat(counts).hasSizeGreaterThan(1);
            assertThat(counts.values()).allMatch(count -> count > 1);
            assertThat(batch.length).isLessThanOrEqualTo(16);
        }
        assertThatThrownBy(() -> Samplers.byLabel(List.of("a", "a", "b", "c"), 4, 2, 1))
                .hasMessageContaining("3 labels, 1 of them with two rows");
        assertThatThrownBy(() -> Samplers.byLabel(labels, 10, 4, 1)).hasMessageContaining("a batch of 10 rows");
    }

    @Test
    @DisplayName("Length-grouped batches keep the limits, hold every row once and pad far less than random ones")
    void lengthGrouped() {
        SplittableRandom random = new SplittableRandom(9);
        int[] lengths = IntStream.range(0, 5000).map(i -> 5 + random.nextInt(250)).toArray();
        TokenLimit limit = new TokenLimit(2048, 64);
        List<int[]> batches = Samplers.lengthGrouped(lengths, limit, 4).epoch(1);
        everyRowOnce(batches, lengths.length);
        long padded = 0;
        for (int[] batch : batches) {
            int longest = Arrays.stream(batch).map(row -> lengths[row]).max().orElseThrow();
            assertThat((long) longest * batch.length).isLessThanOrEqualTo(2048);
            assertThat(batch.length).isLessThanOrEqualTo(64);
            padded += (long) longest * batch.length;
        }
        long tokens = Arrays.stream(lengths).sum();
        assertThat(padded / (double) tokens).isLessThan(1.05);
        // not sorted over the epoch: lengths of first rows go up and down
        int[] firsts = batches.stream().mapToInt(batch -> lengths[batch[0]]).toArray();
        assertThat(IntStream.range(1, firsts.length).filter(i -> firsts[i] > firsts[i - 1]).count())
                .isBetween(batches.size() / 3L, batches.size() * 2L / 3);
        assertThat(new TokenLimit(100, 8).cut(new int[] {0, 1}, new int[] {500, 20})).hasSize(2);
    }

    @Test
    @DisplayName("Several sets: proportional uses all batches, round robin takes turns, temperature lifts small sets")
    void sets() {
        List<BatchSampler> samplers = List.of(Samplers.shuffled(900, 10, 1), Samplers.shuffled(100, 10, 2));
        List<SetSampler.Batch> all = new SetSampler(samplers, new SetSampler.Mixing.Proportional(), 3).epoch(0);
        assertThat(all).hasSize(100);
        assertThat(all.stream().filter(batch -> batch.set() == 1)).hasSize(10);
        assertThat(all.stream().limit(50).filter(batch -> batch.set() == 1).count()).isBetween(1L, 9L);

        List<SetSampler.Batch> turns = new SetSampler(samplers, new SetSampler.Mixing.RoundRobin(), 3).epoch(0);
        assertThat(turns).hasSize(20);
        assertThat(IntStream.range(0, 20).allMatch(i -> turns.get(i).set() == i % 2)).isTrue();

        SetSampler warm = new SetSampler(samplers, new SetSampler.Mixing.Temperature(5), 3);
        List<SetSampler.Batch> drawn = warm.epoch(4);
        assertThat(drawn).hasSize(100).isEqualTo(warm.epoch(4)).isNotEqualTo(warm.epoch(5));
        // 90^.2 to 10^.2 is .61 to .39: 39 expected, standard deviation 5
        assertThat(drawn.stream().filter(batch -> batch.set() == 1).count()).isBetween(22L, 56L);
        // the small set is passed through several times, each pass holds every row once and in another order
        List<int[]> small = drawn.stream().filter(batch -> batch.set() == 1).map(SetSampler.Batch::rows).toList();
        everyRowOnce(small.subList(0, 10), 100);
        everyRowOnce(small.subList(10, 20), 100);
        assertThat(lists(small.subList(0, 10))).isNotEqualTo(lists(small.subList(10, 20)));
    }
}
