package io.github.embeddinglab.core.tokenization;

import java.util.Arrays;

/**
 * A growing text with a waiting room at its end, where combining marks that are not stripped are put into canonical
 * order. Used by one thread for one text.
 */
final class NormalizedText implements CharSequence {
    private char[] chars;
    private int length;
    private int[] held = new int[4];
    private int[] heldClasses = new int[4];
    private int holding;

    NormalizedText(int capacity) {
        chars = new char[Math.max(16, capacity)];
    }

    /** Gives the characters, valid from 0 to {@code length()}; not a copy. */
    char[] array() {
        return chars;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public char charAt(int i) {
        return chars[i];
    }

    @Override
    public CharSequence subSequence(int from, int to) {
        return new String(chars, from, to - from);
    }

    @Override
    public String toString() {
        return new String(chars, 0, length);
    }

    void clear() {
        length = 0;
    }

    void append(char c) {
        if (length == chars.length) {
            chars = Arrays.copyOf(chars, grown(length));
        }
        chars[length++] = c;
    }

    void appendCodePoint(int cp) {
        if (cp < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
            append((char) cp);
        } else {
            append(Character.highSurrogate(cp));
            append(Character.lowSurrogate(cp));
        }
    }

    /** Keeps a mark behind those held whose class is not greater. */
    void hold(int cp, int combiningClass) {
        if (holding == held.length) {
            held = Arrays.copyOf(held, 2 * holding);
            heldClasses = Arrays.copyOf(heldClasses, 2 * holding);
        }
        held[holding] = cp;
        heldClasses[holding] = combiningClass;
        holding++;
    }

    /** Appends what is held, in canonical order. */
    void settle() {
        if (holding > 0) {
            settleHeld();
        }
    }

    private void settleHeld() {
        int n = holding;
        holding = 0;
        if (n == 1) {
            appendCodePoint(held[0]);
            return;
        }
        // Counting by class keeps a run of a million marks linear.
        int[] starts = new int[257];
        for (int i = 0; i < n; i++) {
            starts[heldClasses[i] + 1]++;
        }
        for (int c = 0; c < 256; c++) {
            starts[c + 1] += starts[c];
        }
        int[] ordered = new int[n];
        for (int i = 0; i < n; i++) {
            ordered[starts[heldClasses[i]]++] = held[i];
        }
        for (int cp : ordered) {
            appendCodePoint(cp);
        }
    }

    private static int grown(int length) {
        return length < 1 << 28 ? 2 * length : Integer.MAX_VALUE - 8;
    }
}
