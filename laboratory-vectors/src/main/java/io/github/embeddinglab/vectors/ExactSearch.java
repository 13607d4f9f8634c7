package io.github.embeddinglab.vectors;

import java.util.Arrays;
import java.util.concurrent.Executor;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Exact nearest neighbours: every document is scored, the best k are kept.
 *
 * <p>Queries are packed into panels that stay in the second-level cache, documents stream past them in blocks, and each
 * block's scores are compared with the query's threshold at once, so no n x q matrix ever exists. Work is O(q n d).
 * Memory beside the result: for each thread half a megabyte of panels and 16 k bytes for each of 256 queries; 4 n bytes for
 * {@link Similarity#COSINE}. Where there are fewer than 1,024 queries for each thread, documents are cut into ranges as well, at most
 * {@code 4 * threads} in all, and 16 k bytes for each query and range are held until they are joined.
 *
 * <p>Of equal scores the lower row number wins; equal rows get bit-equal scores. A NaN score (from NaN or from infinity in the
 * input) ranks below all numbers. Scores of a single query and of many may differ in the last bits, as additions are ordered
 * differently. Immutable; any number of threads may search at once.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class ExactSearch {
    private static final int PANEL_BYTES = 512 * 1024;
    private static final int MOST_GROUP_QUERIES = 256;
    /** Rows scored before their scores are looked at: with their scores they fit beside a panel in the second-level cache. */
    private static final int BLOCK_ROWS = 48;
    /** Below this many queries panels would be mostly padding, and memory bandwidth is the limit anyway. */
    private static final int FEW_QUERIES = 4;
    /** Shorter ranges of documents would spend their time on filling collectors. */
    private static final int LEAST_RANGE_ROWS = 4096;
    /** More units than threads, so that a thread on a busy core does not hold up the rest. */
    private static final int UNITS_PER_THREAD = 4;

    private final FloatMatrix documents;
    private final Similarity similarity;
    private final VectorKernel kernel;
    private final float @Nullable [] inverseNorms;

    private ExactSearch(FloatMatrix documents, Similarity similarity, VectorKernel kernel) {
        this.documents = documents;
        this.similarity = similarity;
        this.kernel = kernel;
        this.inverseNorms = similarity == Similarity.COSINE ? inverseNorms(documents, kernel) : null;
    }

    /**
     * Prepares a search; O(1) for dot products, O(n d) for cosines.
     *
     * @param documents n x d, not copied
     * @param similarity how to score
     * @return the search
     */
    public static ExactSearch over(FloatMatrix documents, Similarity similarity) {
        return over(documents, similarity, VectorKernels.current());
    }

    static ExactSearch over(FloatMatrix documents, Similarity similarity, VectorKernel kernel) {
        return new ExactSearch(documents, similarity, kernel);
    }

    /**
     * Finds the best k documents of each query.
     *
     * @param queries q x d
     * @param k how many to keep, 1 or more; more than n gives all n
     * @param threads how many threads work, the caller included; the others end with the call
     * @return q x min(k, n) hits
     * @throws IllegalArgumentException if dimensions differ, k or threads is below 1, or the result exceeds one array
     * @throws java.util.concurrent.CancellationException if the caller is interrupted; its interrupt flag stays set
     */
    public TopK search(FloatMatrix queries, int k, int threads) {
        Plan plan = new Plan(queries, k, threads);
        ParallelUnits.run(plan.units(), threads, plan::run);
        return plan.result();
    }

    /**
     * Finds the best k documents of each query on the caller and on an executor.
     *
     * @param queries q x d
     * @param k how many to keep, 1 or more; more than n gives all n
     * @param threads how many threads work, the caller included: at most threads - 1 tasks are given to the executor
     * @param executor lends the other threads; it is not shut down
     * @return as {@link #search(FloatMatrix, int, int)}
     * @throws IllegalArgumentException as there
     * @throws java.util.concurrent.CancellationException as there
     */
    public TopK search(FloatMatrix queries, int k, int threads, Executor executor) {
        Plan plan = new Plan(queries, k, threads);
        ParallelUnits.run(plan.units(), threads, executor, plan::run);
        return plan.result();
    }

    /**
     * Finds the best k documents of one query on the calling thread.
     *
     * @param query d floats
     * @param k how many to keep, 1 or more
     * @return one query's hits
     * @throws IllegalArgumentException if dimensions differ or k is below 1
     */
    public TopK search(float[] query, int k) {
        return search(FloatMatrix.of(query, 1, query.length), k, 1);
    }

    private static float[] inverseNorms(FloatMatrix matrix, VectorKernel kernel) {
        float[] inverse = new float[matrix.rows()];
        for (int i = 0; i < inverse.length; i++) {
            double norm = kernel.preciseNorm(matrix.chunk(i), matrix.offset(i), matrix.columns());
            inverse[i] = norm == 0 ? 0f : (float) (1 / norm);
        }
        return inverse;
    }

    /** One search: units are groups of queries times ranges of documents. */
    private final class Plan {
        private final FloatMatrix queries;
        private final int k;
        private final int groupQueries;
        private final int groups;
        private final int rangeRows;
        private final int ranges;
        private final TopKCollector[][] collected;
        private final int[] ids;
        private final float[] scores;

        Plan(FloatMatrix given, int wished, int threads) {
            if (given.columns() != documents.columns()) {
                throw new IllegalArgumentException("Queries have " + given.columns() + " dimensions, documents "
                        + documents.columns() + ": embed both with the same model and truncation");
            }
            if (wished < 1) {
                throw new IllegalArgumentException("k is " + wished + ": it must be at least 1");
            }
            if ((long) given.rows() * Math.min(wished, documents.rows()) > Integer.MAX_VALUE - 8) {
                throw new IllegalArgumentException(given.rows() + " queries x " + Math.min(wished, documents.rows())
                        + " hits exceed one array: search fewer queries at once or lower k");
            }
            queries = similarity == Similarity.COSINE ? given.normalized() : given;
            int n = documents.rows();
            k = Math.min(wished, n);
            int q = queries.rows();
            int width = kernel.panelWidth();
            groupQueries = Math.min(
                    Panels.rowsWithin(PANEL_BYTES, documents.columns(), width), Math.max(MOST_GROUP_QUERIES, width));
            groups = (q + groupQueries - 1) / groupQueries;
            int wanted = groups == 0 || threads <= 1 ? 1 : (UNITS_PER_THREAD * threads + groups - 1) / groups;
            // a range shorter than 4 k would hand most of its rows on to the merge
            long least = Math.max(LEAST_RANGE_ROWS, 4L * k);
            ranges = (int) Math.max(1, Math.min(wanted, n / least));
            rangeRows = (n + ranges - 1) / ranges;
            collected = new TopKCollector[ranges == 1 ? 0 : groups * ranges][];
            ids = new int[q * k];
            scores = new float[q * k];
        }

        int units() {
            return k == 0 ? 0 : groups * ranges;
        }

        void run(int unit) {
            int firstQuery = unit / ranges * groupQueries;
            int count = Math.min(groupQueries, queries.rows() - firstQuery);
            int from = unit % ranges * rangeRows;
            int to = (int) Math.min(documents.rows(), (long) from + rangeRows);
            TopKCollector[] collectors = new TopKCollector[count];
            for (int i = 0; i < count; i++) {
                collectors[i] = new TopKCollector(k);
            }
            if (count < FEW_QUERIES) {
                scoreSingly(firstQuery, from, to, collectors);
            } else {
                scorePanels(firstQuery, from, to, collectors);
            }
            if (ranges > 1) {
                collected[unit] = collectors;
                return;
            }
            for (int i = 0; i < count; i++) {
                collectors[i].drainTo(ids, scores, (firstQuery + i) * k);
            }
        }

        TopK result() {
            int q = queries.rows();
            for (int i = 0; i < q && k > 0 && ranges > 1; i++) {
                int group = i / groupQueries;
                TopKCollector collector = collected[group * ranges][i % groupQueries];
                for (int range = 1; range < ranges; range++) {
                    collector.merge(collected[group * ranges + range][i % groupQueries]);
                }
                collector.drainTo(ids, scores, i * k);
            }
            return new TopK(q, k, ids, scores);
        }

        private void scoreSingly(int firstQuery, int from, int to, TopKCollector[] collectors) {
            int columns = documents.columns();
            for (int row = from; row < to; row++) {
                float[] chunk = documents.chunk(row);
                int offset = documents.offset(row);
                for (int i = 0; i < collectors.length; i++) {
                    int query = firstQuery + i;
                    float score = kernel.uncheckedDot(chunk, offset, queries.chunk(query), queries.offset(query), columns);
                    if (inverseNorms != null) {
                        score *= inverseNorms[row];
                    }
                    collectors[i].offer(row, score);
                }
            }
        }

        private void scorePanels(int firstQuery, int from, int to, TopKCollector[] collectors) {
            int columns = documents.columns();
            Panels panels = Panels.pack(queries, firstQuery, collectors.length, kernel.panelWidth());
            float[] block = new float[BLOCK_ROWS * panels.width];
            float[] thresholds = new float[panels.count * panels.width];
            Arrays.fill(thresholds, 0, collectors.length, Float.NaN);
            // the padding's scores are zeros: nothing of it may look like a hit
            Arrays.fill(thresholds, collectors.length, thresholds.length, Float.POSITIVE_INFINITY);
            int rows;
            for (int row = from; row < to; row += rows) {
                rows = documents.contiguousRows(row, Math.min(BLOCK_ROWS, to - row));
                for (int panel = 0; panel < panels.count; panel++) {
                    kernel.multiplyPanel(
                            documents.chunk(row), documents.offset(row), rows, columns, panels.data, panels.offset(panel), block);
                    if (inverseNorms != null) {
                        scaleRows(block, panels.width, rows, inverseNorms, row);
                    }
                    int first = panel * panels.width;
                    int used = Math.min(panels.width, collectors.length - first);
                    for (int i = 0; i < rows; i++) {
                        if (!kernel.noneAbove(block, i * panels.width, thresholds, first)) {
                            select(block, i * panels.width, used, row + i, first, thresholds, collectors);
                        }
                    }
                }
            }
        }
    }

    private static void scaleRows(float[] block, int width, int rows, float[] factors, int firstFactor) {
        for (int i = 0; i < rows; i++) {
            float factor = factors[firstFactor + i];
            for (int j = i * width; j < (i + 1) * width; j++) {
                block[j] *= factor;
            }
        }
    }

    /** Offers what may enter. Rows come in ascending order, so a score equal to the threshold has lost its tie already. */
    private static void select(
            float[] block, int offset, int used, int row, int first, float[] thresholds, TopKCollector[] collectors) {
        for (int j = 0; j < used; j++) {
            float score = block[offset + j];
            // false for a NaN threshold: everything enters a collector that is not full
            if (!(score <= thresholds[first + j])) {
                TopKCollector collector = collectors[first + j];
                collector.offer(row, score);
                thresholds[first + j] = collector.threshold();
            }
        }
    }
}
