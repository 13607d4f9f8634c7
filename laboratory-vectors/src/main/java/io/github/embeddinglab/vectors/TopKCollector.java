package io.github.embeddinglab.vectors;

import java.util.Arrays;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Keeps the best k of a stream of scored ids, in the order of {@link TopK}.
 *
 * <p>Hits gather in a buffer of up to 2k and are cut back to k by selection, so an offer costs O(1) amortised for any k, and O(1)
 * without a write once it is below the threshold. Memory is at most 16 k bytes, taken as needed. Not for use by
 * several threads at once.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class TopKCollector {
    private static final int FIRST_CAPACITY = 64;
    private static final int NAN_ORDER = Integer.MIN_VALUE;

    private final int k;
    private final int limit;
    private long[] keys;
    private int size;
    private boolean full;
    private long worstKey = Long.MIN_VALUE;
    private float threshold = Float.NaN;

    /**
     * Makes an empty collector.
     *
     * @param k how many to keep, 1 or more
     * @throws IllegalArgumentException if k is below 1
     */
    public TopKCollector(int k) {
        if (k < 1) {
            throw new IllegalArgumentException("k is " + k + ": it must be at least 1");
        }
        this.k = k;
        // a floor keeps selection rare for small k
        this.limit = (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(2L * k, FIRST_CAPACITY));
        this.keys = new long[Math.min(limit, FIRST_CAPACITY)];
    }

    /**
     * Offers one hit. Each id may be offered once.
     *
     * @param id 0 or more
     * @param score higher is better; NaN ranks below negative infinity
     * @return whether the hit is held for now
     * @throws IllegalArgumentException if the id is negative
     */
    public boolean offer(int id, float score) {
        if (id < 0) {
            throw new IllegalArgumentException("Id " + id + " is negative: ids are row numbers from 0 on");
        }
        return offerKey(key(id, score));
    }

    /**
     * Adds all hits of another collector, as if they had been offered here.
     *
     * @param other is left unchanged
     */
    public void merge(TopKCollector other) {
        for (int i = 0; i < other.size; i++) {
            offerKey(other.keys[i]);
        }
    }

    /**
     * A score that certainly does not enter any more: a hit with a lower score will be refused. It rises as hits arrive, in steps.
     *
     * @return a lower bound of the final k-th score, or NaN as long as everything enters
     */
    public float threshold() {
        return threshold;
    }

    /**
     * The hits so far; more may be offered afterwards.
     *
     * @return one query's hits, at most k
     */
    public TopK result() {
        int count = Math.min(k, size);
        int[] ids = new int[count];
        float[] scores = new float[count];
        drainTo(ids, scores, 0);
        return new TopK(1, count, ids, scores);
    }

    /** Writes the best hits in order. */
    void drainTo(int[] ids, float[] scores, int offset) {
        if (size > k) {
            cut();
        }
        Arrays.sort(keys, 0, size);
        for (int i = 0; i < size; i++) {
            long key = keys[size - 1 - i];
            ids[offset + i] = ~(int) key;
            scores[offset + i] = score(key);
        }
    }

    private boolean offerKey(long key) {
        if (full && key < worstKey) {
            return false;
        }
        if (size == keys.length) {
            if (size == limit) {
                cut();
                if (key < worstKey) {
                    return false;
                }
            } else {
                keys = Arrays.copyOf(keys, (int) Math.min(limit, 2L * size));
            }
        }
        keys[size++] = key;
        return true;
    }

    private void cut() {
        KeySelection.largestFirst(keys, size, k);
        size = k;
        full = true;
        worstKey = keys[k - 1];
        threshold = score(worstKey);
    }

    /** Score and id in one number of the same order: higher score, then lower id. */
    private static long key(int id, float score) {
        int order = NAN_ORDER;
        if (!Float.isNaN(score)) {
            // adding 0 turns -0.0 into 0.0, which must tie
            int bits = Float.floatToIntBits(score + 0f);
            order = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
        }
        return ((long) order << 32) | (~id & 0xffffffffL);
    }

    private static float score(long key) {
        int order = (int) (key >> 32);
        return order == NAN_ORDER ? Float.NaN : Float.intBitsToFloat(order ^ ((order >> 31) & Integer.MAX_VALUE));
    }
}
