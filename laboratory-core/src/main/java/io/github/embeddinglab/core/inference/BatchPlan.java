package io.github.embeddinglab.core.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts sequences into batches of similar length.
 *
 * <p>Sorted by length, longest first, so that attention sees little padding (the rest of the encoder sees none), the largest
 * batch meets the memory ceiling first and the short ones fill the end evenly over the workers. A batch of equal lengths is
 * closed before a shorter text would bring padding into it, once it is large enough to keep the matrix products busy.
 */
final class BatchPlan {
    /** Batches smaller than this many tokens are not worth a thread of their own. */
    private static final int SMALLEST_SHARE = 64;

    /** From this many tokens on a matrix product runs at its full speed, so waiting for more is not worth padding. */
    static final int FULL_ENOUGH = 128;

    /**
     * One batch.
     *
     * @param sequences numbers of the sequences, longest first
     * @param length tokens to which all are padded
     * @param tokens of all, padding not counted
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Batch(int[] sequences, int length, long tokens) {
        long places() {
            return (long) sequences.length * length;
        }

        /** All of some sequences, whatever the limits. */
        static Batch all(List<Sequence> sequences) {
            int[] numbers = new int[sequences.size()];
            Arrays.setAll(numbers, number -> number);
            int longest = sequences.stream().mapToInt(Sequence::length).max().orElse(1);
            long tokens = sequences.stream().mapToLong(sequence -> Math.max(1, sequence.length())).sum();
            return new Batch(numbers, Math.max(1, longest), tokens);
        }
    }

    private BatchPlan() {}

    /**
     * Plans batches.
     *
     * @param lengths tokens of each sequence
     * @param limits most tokens and rows of one batch
     * @param workers threads that may take batches; short lists are cut so that each gets a share
     * @return batches that hold each sequence once
     */
    static List<Batch> plan(int[] lengths, Limits limits, int workers) {
        int[] order = longestFirst(lengths);
        long total = Arrays.stream(lengths).asLongStream().sum();
        // whole rounds over all workers: a batch left over would keep one busy and the others waiting
        long rounds = Math.max(1, ceilDiv(total, (long) workers * limits.tokens()));
        long share = Math.min(limits.tokens(), Math.max(SMALLEST_SHARE, ceilDiv(total, workers * rounds)));
        List<Batch> batches = new ArrayList<>();
        for (int from = 0; from < order.length; ) {
            int to = end(order, from, lengths, share, limits);
            int[] sequences = Arrays.copyOfRange(order, from, to);
            long tokens = Arrays.stream(sequences).mapToLong(i -> Math.max(1, lengths[i])).sum();
            batches.add(new Batch(sequences, Math.max(1, lengths[order[from]]), tokens));
            from = to;
        }
        return batches;
    }

    private static int[] longestFirst(int[] lengths) {
        // one sort of primitives: length above, place in the list below
        long[] keys = new long[lengths.length];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = (long) (Integer.MAX_VALUE - lengths[i]) << 32 | i;
        }
        Arrays.sort(keys);
        return Arrays.stream(keys).mapToInt(key -> (int) key).toArray();
    }

    /** Where the batch that begins at {@code from} ends: at its share of tokens, never beyond a limit. */
    private static int end(int[] order, int from, int[] lengths, long share, Limits limits) {
        int length = Math.max(1, lengths[order[from]]);
        long most = limits.most(length);
        long tokens = length;
        int to = from + 1;
        while (to < order.length && to - from < most && tokens < share) {
            int next = Math.max(1, lengths[order[to]]);
            boolean full = next < length && lengths[order[to - 1]] == length;
            if (tokens + next > limits.tokens() || (full && tokens >= FULL_ENOUGH)) {
                break;
            }
            tokens += next;
            to++;
        }
        return to;
    }

    private static long ceilDiv(long a, long b) {
        return (a + b - 1) / b;
    }

    /**
     * What bounds a batch.
     *
     * @param tokens tokens without padding
     * @param rows sequences
     * @param memory bytes of activations
     * @param cost bytes of a batch
     */
    record Limits(int tokens, int rows, long memory, ActivationMemory cost) {
        /** Most places of a batch, padding included: half as many again as tokens, for attention is the smaller part. */
        long places() {
            return tokens + tokens / 2L;
        }

        /** Most sequences of a batch whose longest has that many tokens, at least one. */
        long most(int length) {
            return Math.max(1, Math.min(Math.min(rows, places() / length), rowsOf(length)));
        }

        /** Most sequences of a length that stay under the memory ceiling, at least one. */
        int rowsOf(int length) {
            long two = cost.most(2, length);
            return two > memory ? 1 : (int) Math.min(Integer.MAX_VALUE, 2 * memory / two);
        }
    }
}
