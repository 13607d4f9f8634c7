package io.github.embeddinglab.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Exact search against a naive sort; whole numbers make scores exact, so ties are real and ids can be compared. */
@Tag("unit")
class ExactSearchTest {
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    private static List<VectorKernel> kernels() {
        List<VectorKernel> kernels = new ArrayList<>(List.of(VectorKernels.plain()));
        if (VectorKernels.current().usesVectorApi()) {
            kernels.add(VectorKernels.current());
        }
        return kernels;
    }

    /** Small whole numbers: every sum is exact in float, and duplicates are many. */
    private FloatMatrix wholeNumbers(int rows, int columns) {
        float[] data = new float[rows * columns];
        for (int i = 0; i < data.length; i++) {
            data[i] = random.nextInt(7) - 3;
        }
        return FloatMatrix.of(data, rows, columns);
    }

    private static float dot(FloatMatrix a, int i, FloatMatrix b, int j) {
        float sum = 0;
        for (int p = 0; p < a.columns(); p++) {
            sum += a.get(i, p) * b.get(j, p);
        }
        return sum;
    }

    private static int[] naive(FloatMatrix documents, FloatMatrix queries, int query, int k) {
        float[] scores = new float[documents.rows()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = dot(queries, query, documents, i);
        }
        Comparator<Integer> nanLast = Comparator.comparing(i -> Float.isNaN(scores[i]));
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(nanLast.thenComparing((a, b) -> scores[a] == scores[b] ? 0 : Float.compare(scores[b], scores[a]))
                        .thenComparing(Comparator.naturalOrder()))
                .mapToInt(Integer::intValue)
                .limit(k)
                .toArray();
    }

    private void check(FloatMatrix documents, FloatMatrix queries, int k, int threads) {
        for (VectorKernel kernel : kernels()) {
            TopK found = ExactSearch.over(documents, Similarity.DOT, kernel).search(queries, k, threads);
            assertThat(found.queries()).isEqualTo(queries.rows());
            assertThat(found.k()).isEqualTo(Math.min(k, documents.rows()));
            for (int i = 0; i < queries.rows(); i++) {
                String where = kernel.name() + ", n " + documents.rows() + ", d " + documents.columns() + ", k " + k + ", threads "
                        + threads + ", query " + i + " of " + queries.rows() + ", seed " + seed;
                assertThat(found.ids(i)).as(where).isEqualTo(naive(documents, queries, i, k));
                for (int rank = 0; rank < found.k(); rank++) {
                    assertThat(found.score(i, rank)).as(where).isEqualTo(dot(queries, i, documents, found.id(i, rank)) + 0f);
                }
            }
        }
    }

    @Test
    void equalsANaiveSortForAllShapes() {
        for (int n : new int[] {1, 2, 5, 6, 7, 47, 48, 49, 500}) {
            for (int d : new int[] {1, 2, 15, 16, 17, 33}) {
                for (int q : new int[] {1, 3, 4, 33}) {
                    int k = 1 + random.nextInt(2 * n);
                    check(wholeNumbers(n, d), wholeNumbers(q, d), k, 1 + random.nextInt(3));
                }
            }
        }
    }

    @Test
    void rangesOfDocumentsAndGroupsOfQueriesAreJoined() {
        // more documents than two ranges and more queries than one group, so both ways of cutting are used
        check(wholeNumbers(10_000, 3), wholeNumbers(9, 3), 100, 2);
        check(wholeNumbers(300, 2), wholeNumbers(600, 2), 10, 3);
        check(VectorKernelTest.chunked(wholeNumbers(1000, 5), 77), VectorKernelTest.chunked(wholeNumbers(40, 5), 9), 20, 2);
    }

    @Test
    void nothingToSearchGivesNoHits() {
        ExactSearch empty = ExactSearch.over(FloatMatrix.of(new float[0], 0, 3), Similarity.DOT);
        TopK found = empty.search(wholeNumbers(2, 3), 5, 2);
        assertThat(found.k()).isZero();
        assertThat(found.ids(1)).isEmpty();
        TopK none = ExactSearch.over(wholeNumbers(4, 3), Similarity.DOT).search(FloatMatrix.of(new float[0], 0, 3), 2, 1);
        assertThat(none.queries()).isZero();
        assertThat(none.k()).isEqualTo(2);
    }

    @Test
    void duplicatesComeInTheOrderOfTheirRows() {
        float[] row = RandomVectors.floats(random, 37);
        float[][] rows = new float[211][];
        Arrays.fill(rows, row);
        for (int q : new int[] {1, 5, 40}) {
            for (VectorKernel kernel : kernels()) {
                TopK found = ExactSearch.over(FloatMatrix.ofRows(rows), Similarity.COSINE, kernel)
                        .search(RandomVectors.matrix(random, q, 37), 150, 2);
                assertThat(found.ids(q - 1)).as(kernel.name() + " seed " + seed).isEqualTo(IntStream.range(0, 150).toArray());
            }
        }
    }

    @Test
    void nanIsLastAndInfinityIsANumber() {
        float inf = Float.POSITIVE_INFINITY;
        FloatMatrix documents = FloatMatrix.ofRows(new float[][] {
            {Float.NaN, 1}, {1, 1}, {-inf, 1}, {2, Float.NaN}, {inf, 1}, {-0f, -0f}, {0, 0}, {inf, -inf}
        });
        for (VectorKernel kernel : kernels()) {
            for (int q : new int[] {1, 4}) {
                float[] queries = new float[2 * q];
                Arrays.fill(queries, 1f);
                TopK found = ExactSearch.over(documents, Similarity.DOT, kernel).search(FloatMatrix.of(queries, q, 2), 8, 1);
                assertThat(found.ids(q - 1)).containsExactly(4, 1, 5, 6, 2, 0, 3, 7);
                assertThat(found.scores(q - 1)).containsExactly(inf, 2f, 0f, 0f, -inf, Float.NaN, Float.NaN, Float.NaN);
            }
        }
        // also when NaN rows come first and fill the buffer several times over
        float[] many = new float[1000];
        Arrays.fill(many, 0, 990, Float.NaN);
        Arrays.fill(many, 990, 1000, -5f);
        for (int q : new int[] {1, 8}) {
            float[] ones = new float[q];
            Arrays.fill(ones, 1f);
            TopK found = ExactSearch.over(FloatMatrix.of(many, 1000, 1), Similarity.DOT).search(FloatMatrix.of(ones, q, 1), 12, 1);
            assertThat(found.ids(q - 1)).containsExactly(990, 991, 992, 993, 994, 995, 996, 997, 998, 999, 0, 1);
        }
    }

    @Test
    void cosinesAreThoseOfTheKernel() {
        FloatMatrix documents = RandomVectors.matrix(random, 300, 65);
        documents.chunk(0)[0] = 1e6f;
        for (int q : new int[] {1, 20}) {
            FloatMatrix queries = RandomVectors.matrix(random, q, 65);
            for (VectorKernel kernel : kernels()) {
                TopK found = ExactSearch.over(documents, Similarity.COSINE, kernel).search(queries, 300, 2);
                for (int rank = 0; rank < 300; rank++) {
                    float cosine = kernel.cosine(queries.row(q - 1), documents.row(found.id(q - 1, rank)));
                    assertThat(found.score(q - 1, rank)).as(kernel.name() + " seed " + seed).isCloseTo(cosine, within(1e-5f));
                }
                assertThat(found.ids(q - 1)).doesNotHaveDuplicates();
            }
        }
        FloatMatrix withZero = FloatMatrix.ofRows(new float[][] {{0, 0}, {-1, 0}, {1, 0}});
        TopK found = ExactSearch.over(withZero, Similarity.COSINE).search(new float[] {2, 0}, 3);
        assertThat(found.ids(0)).containsExactly(2, 0, 1);
        assertThat(found.scores(0)).containsExactly(1f, 0f, -1f);
    }

    @Test
    void anExecutorIsBorrowedEvenIfItIsBusyOrClosed() {
        FloatMatrix documents = wholeNumbers(9000, 4);
        FloatMatrix queries = wholeNumbers(5, 4);
        ExactSearch search = ExactSearch.over(documents, Similarity.DOT);
        int[] expected = naive(documents, queries, 4, 30);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            assertThat(search.search(queries, 30, 3, executor).ids(4)).isEqualTo(expected);
            // a search from inside a pool of one thread cannot wait for a second one
            assertThat(executor.submit(() -> search.search(queries, 30, 4, executor)).get().ids(4)).isEqualTo(expected);
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        } finally {
            executor.shutdown();
        }
        assertThat(search.search(queries, 30, 3, executor).ids(4)).isEqualTo(expected);
    }

    @Test
    void anInterruptStopsTheSearchAndIsKept() {
        ExactSearch search = ExactSearch.over(wholeNumbers(20_000, 4), Similarity.DOT);
        FloatMatrix queries = wholeNumbers(5, 4);
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> search.search(queries, 30, 2)).isInstanceOf(CancellationException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void wrongRequestsAreRefused() {
        ExactSearch search = ExactSearch.over(wholeNumbers(4, 3), Similarity.DOT);
        assertThatThrownBy(() -> search.search(new float[2], 1)).hasMessageContaining("2 dimensions, documents 3");
        assertThatThrownBy(() -> search.search(new float[3], 0)).hasMessageContaining("k is 0");
        assertThatThrownBy(() -> search.search(wholeNumbers(1, 3), 1, 0)).hasMessageContaining("threads is 0");
        assertThatThrownBy(() -> FloatMatrix.of(new float[5], 2, 3)).hasMessageContaining("2 x 3");
        assertThatThrownBy(() -> FloatMatrix.ofRows(new float[][] {{1}, {1, 2}})).hasMessageContaining("Row 1 has 2");
        assertThatThrownBy(() -> FloatMatrix.ofChunks(new float[][] {new float[6], new float[2]}, 2, 3, 3))
                .hasMessageContaining("Chunk 1");
    }

    @Test
    void aCollectorKeepsTheBestInAnyOrder() {
        for (int round = 0; round < 200; round++) {
            int n = random.nextInt(2000);
            int k = 1 + random.nextInt(300);
            FloatMatrix scores = FloatMatrix.of(new float[Math.max(1, n)], n, 1);
            for (int i = 0; i < n; i++) {
                scores.chunk(0)[i] = random.nextInt(20) == 0 ? Float.NaN : random.nextInt(50) - 25;
            }
            TopKCollector left = new TopKCollector(k);
            TopKCollector right = new TopKCollector(k);
            List<Integer> order = new ArrayList<>(IntStream.range(0, n).boxed().toList());
            Collections.shuffle(order, random);
            for (int id : order) {
                (random.nextBoolean() ? left : right).offer(id, scores.get(id, 0));
            }
            left.merge(right);
            int[] expected = naive(scores, FloatMatrix.of(new float[] {1}, 1, 1), 0, k);
            assertThat(left.result().ids(0)).as("n " + n + ", k " + k + ", seed " + seed).isEqualTo(expected);
            assertThat(left.result().ids(0)).as("a second look").isEqualTo(expected);
        }
        assertThatThrownBy(() -> new TopKCollector(0)).hasMessageContaining("k is 0");
        assertThatThrownBy(() -> new TopKCollector(1).offer(-1, 0)).hasMessageContaining("-1");
    }

    @Test
    void selectionHoldsOnSortedAndRepeatingInput() {
        for (int n : new int[] {1, 2, 3, 100, 4096}) {
            long[] ascending = LongStream.range(0, n).toArray();
            long[] organ = LongStream.range(0, n).map(i -> i % 2 == 0 ? i : 10L * n - i).toArray();
            for (long[] keys : List.of(ascending, organ)) {
                for (int k : new int[] {1, (n + 1) / 2, n}) {
                    long[] sorted = keys.clone();
                    Arrays.sort(sorted);
                    long[] selected = keys.clone();
                    KeySelection.largestFirst(selected, n, k);
                    assertThat(selected[k - 1]).isEqualTo(sorted[n - k]);
                    long[] best = Arrays.copyOf(selected, k);
                    Arrays.sort(best);
                    assertThat(best).isEqualTo(Arrays.copyOfRange(sorted, n - k, n));
                }
            }
        }
    }
}
