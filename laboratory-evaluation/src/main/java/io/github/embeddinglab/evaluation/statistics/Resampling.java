package io.github.embeddinglab.evaluation.statistics;

import io.github.embeddinglab.api.CancelledException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Samples with replacement, numbered; each has its own generator, so threads and order change nothing. */
final class Resampling {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Resampling() {}

    /** Seeds are hashed: with seeds one increment apart the generators would walk the same sequence, a step apart. */
    static SplittableRandom generator(long seed, int number) {
        return new SplittableRandom(mixed(mixed(seed) + GOLDEN * (number + 1L)));
    }

    private static long mixed(long value) {
        long z = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
        z = (z ^ (z >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return z ^ (z >>> 33);
    }

    /** How often each of n units is in sample {@code number}. */
    static void draw(long seed, int number, int[] counts) {
        SplittableRandom random = generator(seed, number);
        int n = counts.length;
        Arrays.fill(counts, 0);
        for (int i = 0; i < n; i++) {
            counts[random.nextInt(n)]++;
        }
    }

    /** Runs a body for 0 to n - 1 on all processors. */
    static void parallel(int n, IntConsumer body) {
        IntStream.range(0, n).parallel().forEach(i -> {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancelledException("the resampling was interrupted");
            }
            body.accept(i);
        });
    }
}
