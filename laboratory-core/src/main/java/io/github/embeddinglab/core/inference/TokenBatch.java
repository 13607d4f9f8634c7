package io.github.embeddinglab.core.inference;

import java.util.Arrays;
import java.util.List;

/**
 * Padded inputs of one batch.
 *
 * @param rows n
 * @param length t
 * @param ids n x t token ids
 * @param mask 1 for tokens, 0 for padding
 * @param poolingMask 1 for tokens that are pooled
 */
@SuppressWarnings("ArrayRecordComponent")
record TokenBatch(int rows, int length, long[] ids, long[] mask, long[] poolingMask) {

    /** Pads sequences to the longest of a planned batch. */
    static TokenBatch of(List<Sequence> sequences, BatchPlan.Batch batch, int padId) {
        int rows = batch.sequences().length;
        int length = batch.length();
        long[] ids = new long[rows * length];
        long[] mask = new long[rows * length];
        long[] pooling = new long[rows * length];
        for (int row = 0; row < rows; row++) {
            Sequence sequence = sequences.get(batch.sequences()[row]);
            int at = row * length;
            int end = at + sequence.length();
            sequence.ids().copyTo(ids, at);
            Arrays.fill(mask, at, end, 1);
            Arrays.fill(pooling, at + sequence.notPooled(), end, 1);
            Arrays.fill(ids, end, at + length, padId);
        }
        return new TokenBatch(rows, length, ids, mask, pooling);
    }
}
