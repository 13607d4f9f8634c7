package io.github.embeddinglab.core.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Cuts sequences into batches of similar length.
 *
 * <p>Sorted by length, longest first, so that little is padded, the largest batch meets the memory ceiling first and the
 * short ones fill the end evenly over the workers.
 */
final class BatchPlan {
    /** Batches smaller than this many padded tokens are not worth a thread of their own. */
    private static final int SMALLEST_SHARE = 64;

    /**
     * One batch.
     *
     * @param sequences numbers of the sequences, longest first
     * @param length tokens to which all are padded
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Batch(int[] sequences, int length) {
        long paddedTokens() {
            return (long) sequences.length * length;
        }
    }

    private BatchPlan() {}

    /**
     * Plans batches.
     *
     * @param lengths tokens of each sequence
     * @param limits most padded tokens and rows of one batch
     * @param workers threads that may take batches; short lists are cut so that each gets a share
     * @return batches that hold each sequence once
     */
    static List<Batch> plan(int[] lengths, Limits limits, int workers) {
        long total = 0;
        Integer[] order = new Integer[lengths.length];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
            total += lengths[i];
        }
        Arrays.sort(order, Comparator.<Integer>comparingInt(i -> -lengths[i]).thenComparing(Comparator.naturalOrder()));
        // whole rounds over all workers: a batch left over would keep one busy and the others waiting
        long rounds = Math.max(1, ceilDiv(total, (long) workers * limits.tokens()));
        long tokens = Math.min(limits.tokens(), Math.max(SMALLEST_SHARE, ceilDiv(total, workers * rounds)));
        List<Batch> batches = new ArrayList<>();
        for (int from = 0; from < order.length; ) {
            int length = Math.max(1, lengths[order[from]]);
            int rows = (int) Math.max(1, Math.min(Math.min(rows(tokens, length, limits), limits.rows()), limits.rowsOf(length)));
            int to = Math.min(order.length, from + rows);
            int[] sequences = new int[to - from];
            for (int i = from; i < to; i++) {
                sequences[i - from] = order[i];
            }
            batches.add(new Batch(sequences, length));
            from = to;
        }
        return batches;
    }

    /** Sequences that fill a share, rounded up so that shares do not add up to one batch more, and never over the limit. */
    private static long rows(long tokens, int length, Limits limits) {
        return Math.min(ceilDiv(tokens, length), limits.tokens() / length);
    }

    private static long ceilDiv(long a, long b) {
        return (a + b - 1) / b;
    }

    /**
     * What bounds a batch.
     *
     * @param tokens padded tokens
     * @param rows sequences
     * @param memory bytes of activations
     * @param cost bytes of a batch
     */
    record Limits(int tokens, int rows, long memory, ActivationMemory cost) {
        /** Most sequences of a length that stay under the memory ceiling, 0 when not even one does. */
        int rowsOf(int length) {
            return (int) Math.min(Integer.MAX_VALUE, memory / cost.bytes(1, length));
        }
    }
}
