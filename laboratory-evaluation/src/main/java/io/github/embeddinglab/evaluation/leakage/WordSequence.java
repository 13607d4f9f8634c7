package io.github.embeddinglab.evaluation.leakage;

import java.util.Arrays;

/**
 * The words of a text as numbers, with hashes of the whole and of the whole but one word, each in constant time after
 * O(words) (polynomial hash of prefixes; Karp and Rabin 1987; modulo 2^64, over mixed numbers). Equal sequences have equal
 * hashes; who must be sure of the reverse compares the words.
 */
final class WordSequence {
    private static final int SHINGLE = 3;
    private static final long BASE = 0x9E3779B97F4A7C15L;
    private static final long MARK = 0xD1B54A32D192ED03L;

    private final int[] words;
    /** Hash of the first i words. */
    private final long[] prefixes;
    /** BASE to the i-th. */
    private final long[] powers;

    WordSequence(int... words) {
        this.words = words.clone();
        this.prefixes = new long[words.length + 1];
        this.powers = new long[words.length + 1];
        powers[0] = 1;
        for (int i = 0; i < words.length; i++) {
            prefixes[i + 1] = prefixes[i] * BASE + mixed(words[i]);
            powers[i + 1] = powers[i] * BASE;
        }
    }

    int length() {
        return words.length;
    }

    long hash() {
        return prefixes[words.length];
    }

    /** As if the word at {@code gap} were a mark, so that a replaced word is met at its place only. */
    long hashReplacing(int gap) {
        return hash() + (MARK - mixed(words[gap])) * powers[words.length - 1 - gap];
    }

    long hashWithout(int gap) {
        int after = words.length - 1 - gap;
        return prefixes[gap] * powers[after] + hash() - prefixes[gap + 1] * powers[after];
    }

    /** Hashes of all three words in a row, without repetitions, sorted. */
    long[] shingles() {
        long[] all = new long[Math.max(0, words.length - SHINGLE + 1)];
        for (int i = 0; i < all.length; i++) {
            all[i] = prefixes[i + SHINGLE] - prefixes[i] * powers[SHINGLE];
        }
        return Arrays.stream(all).sorted().distinct().toArray();
    }

    /** Equal words in equal places, or all but one of either side. */
    static boolean isOneWordApart(int[] a, int[] b) {
        int start = Arrays.mismatch(a, b);
        if (start < 0 || Math.abs(a.length - b.length) > 1) {
            return false;
        }
        int restOfA = start + (a.length >= b.length ? 1 : 0);
        int restOfB = start + (b.length >= a.length ? 1 : 0);
        return Arrays.equals(a, restOfA, a.length, b, restOfB, b.length);
    }

    /** Neighbouring numbers become unlike ones (the finaliser of SplitMix64; Steele et al. 2014). */
    private static long mixed(int word) {
        long x = (word + 1L) * BASE;
        x = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
        x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
        return x ^ (x >>> 31);
    }
}
