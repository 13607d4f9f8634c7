package io.github.embeddinglab.training.spi;

import io.github.embeddinglab.api.InvalidInputException;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Masks of dropout as a function of a seed and the place of an element, never of a running generator: whoever asks again gets
 * the same mask, on every backend, on any number of threads, for any part of a batch.
 *
 * <p>Element i is dropped where the upper 31 bits of a 32-bit mixing function of (seed, i) are below {@code share * 2^31}. The
 * function is two rounds of multiply and xor-shift over a counter in steps of the golden ratio, one half of the seed added to the
 * counter, the other mixed in between the rounds; the JIT turns the loop into vector instructions.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class DropoutMask {
    /** Elements made at a time; multiples of the counter's step are looked up, since C2 of JDK 17 does not vectorise the counter. */
    private static final int BLOCK = 4096;

    private static final int STEP = 0x9E3779B9;
    private static final int[] COUNTERS = counters();

    private final int threshold;
    private final int kept;

    private DropoutMask(int threshold, int kept) {
        this.threshold = threshold;
        this.kept = kept;
    }

    /**
     * Masks of one share.
     *
     * @param share of elements that become 0, from 0 to below 1; others are multiplied by {@code 1 / (1 - share)}
     * @return the masks
     * @throws InvalidInputException when the share is out of range
     */
    public static DropoutMask of(double share) {
        if (!(share >= 0 && share < 1)) {
            throw new InvalidInputException("dropout of " + share + "; give a share from 0 to below 1");
        }
        return new DropoutMask((int) Math.round(share * 0x1p31), Float.floatToRawIntBits((float) (1 / (1 - share))));
    }

    private static int[] counters() {
        int[] out = new int[BLOCK];
        for (int i = 0; i < BLOCK; i++) {
            out[i] = i * STEP;
        }
        return out;
    }

    /**
     * Writes the factors of the first elements of a stream.
     *
     * @param seed of the stream
     * @param out filled with the bits of floats, 0 or {@code 1 / (1 - share)}
     * @param from first index of {@code out}
     * @param count elements
     */
    public void bits(long seed, int[] out, int from, int count) {
        int first = (int) seed;
        int second = (int) (seed >>> 32);
        for (int done = 0; done < count; done += BLOCK) {
            block(first + done * STEP, second, out, from + done, Math.min(BLOCK, count - done));
        }
    }

    private void block(int first, int second, int[] out, int from, int count) {
        int limit = threshold;
        int bits = kept;
        int[] counters = COUNTERS;
        for (int i = 0; i < count; i++) {
            int h = counters[i] + first;
            h = (h ^ (h >>> 16)) * 0x7feb352d;
            h = (h ^ (h >>> 15)) + second;
            h = (h ^ (h >>> 16)) * 0x846ca68b;
            h = h ^ (h >>> 16);
            out[from + i] = bits & ~(((h >>> 1) - limit) >> 31); // all ones where the number is below the limit
        }
    }

    /**
     * The factors of one stream.
     *
     * @param seed of the stream
     * @param count elements
     * @return 0 or {@code 1 / (1 - share)} each
     */
    public float[] factors(long seed, int count) {
        int[] bits = new int[count];
        bits(seed, bits, 0, count);
        float[] out = new float[count];
        for (int i = 0; i < count; i++) {
            out[i] = Float.intBitsToFloat(bits[i]);
        }
        return out;
    }

    /**
     * The seed of a stream that begins inside another.
     *
     * @param seed of the other stream
     * @param elements of it that are passed over, at least 0
     * @return a seed whose element i is element {@code elements + i} of the other
     */
    public static long later(long seed, int elements) {
        return (seed & 0xFFFFFFFF00000000L) | (((int) seed + elements * STEP) & 0xFFFFFFFFL);
    }

    /**
     * Mixes numbers into a seed (the finaliser of SplitMix64, Steele, Lea and Flood 2014).
     *
     * @param seed to begin with
     * @param numbers what the new seed depends on
     * @return the new seed
     */
    public static long mix(long seed, long... numbers) {
        long z = seed;
        for (long number : numbers) {
            z = (z ^ number) + 0x9E3779B97F4A7C15L;
            z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
            z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
            z ^= z >>> 31;
        }
        return z;
    }
}
