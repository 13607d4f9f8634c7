package io.github.embeddinglab.vectors;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs numbered units on the calling thread and on helpers. The caller takes part, so a pool that is busy, or that the caller itself
 * belongs to, slows the work down but cannot block it.
 */
final class ParallelUnits {
    private final int units;
    private final IntConsumer work;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch open;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private ParallelUnits(int units, IntConsumer work) {
        this.units = units;
        this.work = work;
        this.open = new CountDownLatch(units);
    }

    /** Runs on the caller and threads - 1 threads of its own, which end with the call. */
    static void run(int units, int threads, IntConsumer work) {
        int helpers = helpers(units, threads);
        ParallelUnits all = new ParallelUnits(units, work);
        for (int i = 0; i < helpers; i++) {
            Thread helper = new Thread(all::drain, "laboratory-vectors-" + (i + 1));
            helper.setDaemon(true);
            helper.start();
        }
        all.drain();
        all.await();
    }

    /** Runs on the caller and up to threads - 1 tasks of the executor. */
    static void run(int units, int threads, Executor executor, IntConsumer work) {
        int helpers = helpers(units, threads);
        ParallelUnits all = new ParallelUnits(units, work);
        try {
            for (int i = 0; i < helpers; i++) {
                executor.execute(all::drain);
            }
        } catch (RejectedExecutionException e) {
            // the caller does what the executor will not; anything else would leave half of the work undone
            all.drain();
        }
        all.drain();
        all.await();
    }

    private static int helpers(int units, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads is " + threads + ": it must be at least 1");
        }
        return Math.min(threads, units) - 1;
    }

    private void drain() {
        for (int unit = next.getAndIncrement(); unit >= 0 && unit < units; unit = next.getAndIncrement()) {
            try {
                if (failure.get() == null) {
                    work.accept(unit);
                }
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            } finally {
                open.countDown();
            }
        }
    }

    private void await() {
        boolean interrupted = false;
        while (true) {
            try {
                open.await();
                break;
            } catch (InterruptedException e) {
                // helpers still write into the caller's arrays: stop them at the next unit, then wait
                interrupted = true;
                failure.compareAndSet(null, new CancellationException("Interrupted while vectors were being scored"));
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Throwable thrown = failure.get();
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
    }
}
