package io.github.embeddinglab.evaluation.leakage;

/** The first text of each hash: open addressing over plain arrays, 24 to 48 bytes a hash. */
final class FirstPlaces {
    static final int NONE = -1;

    private static final int SPARE = 4;
    private static final int MOST = (1 << 30) / SPARE;

    private final long[] keys;
    /** The text and one, 0 for none. */
    private final int[] texts;
    private final int mask;

    /** Room for as many different hashes, all that will ever be added. */
    FirstPlaces(int hashes) {
        int size = Integer.highestOneBit(Math.max(1, Math.min(hashes, MOST))) * SPARE;
        this.keys = new long[size];
        this.texts = new int[size];
        this.mask = size - 1;
    }

    void add(long hash, int text) {
        int slot = slot(hash);
        if (texts[slot] == 0) {
            keys[slot] = hash;
            texts[slot] = text + 1;
        }
    }

    int get(long hash) {
        return texts[slot(hash)] - 1;
    }

    private int slot(long hash) {
        int slot = (int) (hash ^ (hash >>> 32)) & mask;
        while (texts[slot] != 0 && keys[slot] != hash) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
