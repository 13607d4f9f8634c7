package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What inference may use.
 *
 * @param threads threads that compute at the same time, at least 1
 * @param memoryLimit ceiling in bytes for the activations of all batches in flight, at least 8 MiB; a text that alone
 *     exceeds it is refused
 * @param arena whether the runtime keeps freed activation memory for the next batch (faster) or returns it
 * @param batchTokens tokens of one batch, at least 16; with padding it holds at most half as many places more; a text longer
 *     than that runs alone
 * @param batchRows texts of one batch at most, at least 1
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Resources(int threads, long memoryLimit, boolean arena, int batchTokens, int batchRows) {
    private static final long SMALLEST_LIMIT = 8L << 20;

    /**
     * Checks the ranges.
     *
     * @throws ConfigurationException naming the value and its range
     */
    public Resources {
        require("threads", threads, 1, 1024);
        require("memoryLimit", memoryLimit, SMALLEST_LIMIT, Long.MAX_VALUE);
        require("batchTokens", batchTokens, 16, 1 << 20);
        require("batchRows", batchRows, 1, 1 << 16);
    }

    /**
     * All processors, 512 MiB, arena on, batches of 512 tokens and at most 128 texts.
     *
     * @return the default
     */
    public static Resources defaults() {
        return new Resources(Runtime.getRuntime().availableProcessors(), 512L << 20, true, 512, 128);
    }

    /**
     * With another number of threads.
     *
     * @param value at least 1
     * @return a copy
     */
    public Resources withThreads(int value) {
        return new Resources(value, memoryLimit, arena, batchTokens, batchRows);
    }

    /**
     * With another ceiling.
     *
     * @param bytes at least 8 MiB
     * @return a copy
     */
    public Resources withMemoryLimit(long bytes) {
        return new Resources(threads, bytes, arena, batchTokens, batchRows);
    }

    /**
     * With the arena on or off.
     *
     * @param value whether freed memory is kept
     * @return a copy
     */
    public Resources withArena(boolean value) {
        return new Resources(threads, memoryLimit, value, batchTokens, batchRows);
    }

    /**
     * With batches of another size.
     *
     * @param value tokens, at least 16
     * @return a copy
     */
    public Resources withBatchTokens(int value) {
        return new Resources(threads, memoryLimit, arena, value, batchRows);
    }

    /**
     * With batches of at most so many texts.
     *
     * @param value at least 1
     * @return a copy
     */
    public Resources withBatchRows(int value) {
        return new Resources(threads, memoryLimit, arena, batchTokens, value);
    }

    private static void require(String name, long value, long low, long high) {
        if (value < low || value > high) {
            throw new ConfigurationException(name + " is " + value + ", allowed are " + low + " to " + high);
        }
    }
}
