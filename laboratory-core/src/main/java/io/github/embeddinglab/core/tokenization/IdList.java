package io.github.embeddinglab.core.tokenization;

import java.util.Arrays;

/** A growing list of ids. */
final class IdList {
    private int[] ids;
    private int size;

    IdList(int capacity) {
        ids = new int[Math.max(8, capacity)];
    }

    void add(int id) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, 2 * size);
        }
        ids[size++] = id;
    }

    int size() {
        return size;
    }

    void cut(int newSize) {
        size = newSize;
    }

    int[] toArray() {
        return size == ids.length ? ids : Arrays.copyOf(ids, size);
    }
}
