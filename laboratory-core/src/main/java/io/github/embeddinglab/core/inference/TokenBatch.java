package io.github.embeddinglab.core.inference;

import java.util.Arrays;
import java.util.List;

/**
 * The tokens of one batch, packed one text after the other, and where they stand in the square of n texts padded to t.
 *
 * @param rows n
 * @param length t
 * @param ids token ids
 * @param slots n x t: number of the token at each place, -1 for padding
 * @param places place of each token
 * @param poolingMask n x t: 1 for tokens that are pooled
 */
@SuppressWarnings("ArrayRecordComponent")
record TokenBatch(int rows, int length, long[] ids, long[] slots, long[] places, long[] poolingMask) {

    /** Packs the sequences of a planned batch. */
    static TokenBatch of(List<Sequence> sequences, BatchPlan.Batch batch) {
        int rows = batch.sequences().length;
        int length = batch.length();
        int tokens = Arrays.stream(batch.sequences()).map(number -> sequences.get(number).length()).sum();
        long[] ids = new long[tokens];
        long[] slots = new long[rows * length];
        long[] places = new long[tokens];
        long[] pooling = new long[rows * length];
        Arrays.fill(slots, -1);
        int token = 0;
        for (int row = 0; row < rows; row++) {
            Sequence sequence = sequences.get(batch.sequences()[row]);
            int at = row * length;
            sequence.ids().copyTo(ids, token);
            for (int i = 0; i < sequence.length(); i++, token++) {
                slots[at + i] = token;
                places[token] = (long) at + i;
            }
            Arrays.fill(pooling, at + sequence.notPooled(), at + sequence.length(), 1);
        }
        return new TokenBatch(rows, length, ids, slots, places, pooling);
    }

    /** Token ids in the square (n x t), for graphs that take them padded. */
    long[] paddedIds(int padding) {
        return Arrays.stream(slots).map(slot -> slot < 0 ? padding : ids[(int) slot]).toArray();
    }

    /** 1 for a token, 0 for padding (n x t). */
    long[] attentionMask() {
        return Arrays.stream(slots).map(slot -> slot < 0 ? 0 : 1).toArray();
    }
}
