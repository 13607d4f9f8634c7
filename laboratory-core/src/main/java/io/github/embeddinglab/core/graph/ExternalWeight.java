package io.github.embeddinglab.core.graph;

import java.util.List;

/**
 * One initializer whose bytes lie outside the graph.
 *
 * @param name initializer name
 * @param dims extents
 * @param source writes the floats
 * @param offset first byte in the weight file
 */
record ExternalWeight(String name, List<Long> dims, WeightSource source, long offset) {
    /** Bytes of the weight. */
    long length() {
        return Float.BYTES * elements(dims);
    }

    static long elements(List<Long> dims) {
        long n = 1;
        for (long extent : dims) {
            n = Math.multiplyExact(n, extent);
        }
        return n;
    }
}
