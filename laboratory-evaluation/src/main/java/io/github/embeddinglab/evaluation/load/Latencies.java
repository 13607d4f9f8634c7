package io.github.embeddinglab.evaluation.load;

import java.util.Arrays;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Exact percentiles of latencies in milliseconds, by nearest rank: the smallest value that at least the share p of all
 * values does not exceed.
 *
 * @param p50 median, NaN without values
 * @param p95 nineteen of twenty are not longer
 * @param p99 ninety-nine of a hundred are not longer
 * @param max the longest
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Latencies(double p50, double p95, double p99, double max) {
    private static final double NANOS_PER_MILLI = 1e6;

    /**
     * Sorts and reads. O(n log n).
     *
     * @param nanos latencies, at least 0
     * @return the percentiles
     */
    public static Latencies of(long... nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return new Latencies(at(sorted, 0.5), at(sorted, 0.95), at(sorted, 0.99), at(sorted, 1));
    }

    private static double at(long[] sorted, double share) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted[Math.max(rank, 1) - 1] / NANOS_PER_MILLI;
    }
}
