package io.github.embeddinglab.vectors;

import java.util.Arrays;

/** Selection of the largest keys: quickselect (Hoare's FIND) with a median of three, and sorting where that goes badly. */
final class KeySelection {
    private KeySelection() {}

    /**
     * Reorders distinct keys so that the k largest come first, the smallest of them at k - 1.
     *
     * @param keys size keys from 0 on
     * @param size number of keys
     * @param k 1..size
     */
    static void largestFirst(long[] keys, int size, int k) {
        int target = k - 1;
        int low = 0;
        int high = size - 1;
        // random splits need about 3.4 log2(size) / 2 rounds; far beyond that the input is hostile
        int rounds = 4 * (33 - Integer.numberOfLeadingZeros(size));
        while (low < high) {
            if (rounds-- == 0) {
                sortDescending(keys, low, high);
                return;
            }
            long pivot = median(keys[low], keys[(low + high) >>> 1], keys[high]);
            int i = low;
            int j = high;
            while (i <= j) {
                while (keys[i] > pivot) {
                    i++;
                }
                while (keys[j] < pivot) {
                    j--;
                }
                if (i <= j) {
                    long swap = keys[i];
                    keys[i++] = keys[j];
                    keys[j--] = swap;
                }
            }
            if (target <= j) {
                high = j;
            } else if (target >= i) {
                low = i;
            } else {
                return;
            }
        }
    }

    private static void sortDescending(long[] keys, int low, int high) {
        Arrays.sort(keys, low, high + 1);
        for (int i = low, j = high; i < j; i++, j--) {
            long swap = keys[i];
            keys[i] = keys[j];
            keys[j] = swap;
        }
    }

    private static long median(long a, long b, long c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }
}
