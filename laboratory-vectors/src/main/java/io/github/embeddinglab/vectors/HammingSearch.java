package io.github.embeddinglab.vectors;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Exact nearest neighbours of packed bits by Hamming distance.
 *
 * <p>A hit's score is the negative distance, so that higher is better as everywhere; of equal distances the lower row wins. O(q n
 * width / 8). Immutable; any number of threads may search at once.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class HammingSearch {
    /** Queries that look at a row while it is in the nearest cache. */
    private static final int GROUP_QUERIES = 32;

    private final byte[] codes;
    private final int rows;
    private final int width;

    private HammingSearch(byte[] codes, int rows, int width) {
        this.codes = codes;
        this.rows = rows;
        this.width = width;
    }

    /**
     * Views packed bits, which are not copied.
     *
     * @param codes at least n * bytesPerRow bytes, from one {@link BinaryCodec}
     * @param rows n, 0 or more
     * @param bytesPerRow width of a row, 1 or more
     * @return the search
     * @throws IllegalArgumentException if the array is too short or a count is out of range
     */
    public static HammingSearch over(byte[] codes, int rows, int bytesPerRow) {
        if (rows < 0 || bytesPerRow < 1 || (long) rows * bytesPerRow > codes.length) {
            throw new IllegalArgumentException(rows + " rows of " + bytesPerRow + " bytes in an array of " + codes.length
                    + ": rows must be at least 0, bytes at least 1, and all must be there");
        }
        return new HammingSearch(codes, rows, bytesPerRow);
    }

    /**
     * Finds the k nearest rows of each query.
     *
     * @param queries q codes of the same width and codec, one after the other
     * @param k how many to keep, 1 or more; more than n gives all n
     * @param threads how many threads work, the caller included; the others end with the call
     * @return q x min(k, n) hits, scores being negative distances
     * @throws IllegalArgumentException if the queries are no whole number of codes, k or threads is below 1, or the result exceeds
     *     one array
     * @throws java.util.concurrent.CancellationException if the caller is interrupted
     */
    public TopK search(byte[] queries, int k, int threads) {
        if (queries.length % width != 0) {
            throw new IllegalArgumentException("Queries of " + queries.length + " bytes are no multiple of the rows' width, "
                    + width + " bytes: encode both with the same codec and dimensions");
        }
        if (k < 1) {
            throw new IllegalArgumentException("k is " + k + ": it must be at least 1");
        }
        int q = queries.length / width;
        int held = Math.min(k, rows);
        if ((long) q * held > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    q + " queries x " + held + " hits exceed one array: search fewer queries at once or lower k");
        }
        int[] ids = new int[q * held];
        float[] scores = new float[q * held];
        // at least as many groups as threads, where there are queries enough
        int group = Math.max(1, Math.min(GROUP_QUERIES, q / Math.max(1, threads)));
        int units = held == 0 ? 0 : (q + group - 1) / group;
        ParallelUnits.run(units, threads, unit -> {
            int first = unit * group;
            int count = Math.min(group, q - first);
            TopKCollector[] collectors = new TopKCollector[count];
            for (int i = 0; i < count; i++) {
                collectors[i] = new TopKCollector(held);
            }
            scan(queries, first, collectors);
            for (int i = 0; i < count; i++) {
                collectors[i].drainTo(ids, scores, (first + i) * held);
            }
        });
        return new TopK(q, held, ids, scores);
    }

    private void scan(byte[] queries, int first, TopKCollector[] collectors) {
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < collectors.length; i++) {
                float score = -PackedBits.hamming(codes, row * width, queries, (first + i) * width, width);
                TopKCollector collector = collectors[i];
                if (!(score <= collector.threshold())) {
                    collector.offer(row, score);
                }
            }
        }
    }
}
