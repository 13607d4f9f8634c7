package io.github.embeddinglab.evaluation.leakage;

import java.util.Arrays;

/** Texts that share a shingle, in order. */
final class Postings {
    private int[] texts = new int[1];
    private int size;

    void add(int text) {
        if (size == texts.length) {
            texts = Arrays.copyOf(texts, 2 * size);
        }
        texts[size++] = text;
    }

    int size() {
        return size;
    }

    int get(int i) {
        return texts[i];
    }
}
