package io.github.embeddinglab.training.data;

import java.util.SplittableRandom;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Random numbers that are a pure function of a seed and a place, so that any step can be replayed alone. Keys are mixed with
 * the finaliser of SplitMix64 (Steele, Lea and Flood 2014).
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class KeyedRandom {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private KeyedRandom() {}

    /**
     * A generator of one place.
     *
     * @param seed of the run
     * @param keys the place, as in epoch and row; their order counts
     * @return the same numbers for the same arguments
     */
    public static SplittableRandom at(long seed, long... keys) {
        long state = mixed(seed + GOLDEN);
        for (long key : keys) {
            state = mixed(state * 31 + mixed(key + GOLDEN));
        }
        return new SplittableRandom(state);
    }

    /**
     * The numbers from 0 on in a random order (Fisher and Yates).
     *
     * @param count how many
     * @param random used up by one number an element
     * @return a permutation
     */
    public static int[] permutation(int count, SplittableRandom random) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    private static long mixed(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
