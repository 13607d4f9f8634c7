package io.github.embeddinglab.core.inference;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Resources;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * The thread and memory budget of one laboratory, shared by all its models and callers.
 *
 * <p>A caller works itself and is joined by idle workers, so a single short text pays no hand-over; permits keep the
 * number of threads that compute at one time at the budget, however many callers there are.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Workers implements AutoCloseable {
    private static final long IDLE_SECONDS = 20;

    private final Resources resources;
    private final ExecutorService pool;
    private final Semaphore permits;
    private final MemoryGate memory;

    /**
     * Sets up the budget; threads start when needed and end when idle.
     *
     * @param resources threads and memory
     */
    public Workers(Resources resources) {
        this.resources = resources;
        this.permits = new Semaphore(resources.threads(), true);
        this.memory = new MemoryGate(resources.memoryLimit());
        AtomicInteger number = new AtomicInteger();
        this.pool = new ThreadPoolExecutor(
                0, Math.max(1, resources.threads() - 1), IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(task, "laboratory-worker-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    /**
     * The budget.
     *
     * @return as given
     */
    public Resources resources() {
        return resources;
    }

    MemoryGate memory() {
        return memory;
    }

    /** Takes the threads of the budget beside the caller's own if all of them are idle. */
    boolean tryTakeOthers() {
        return permits.tryAcquire(resources.threads() - 1);
    }

    void giveOthersBack() {
        permits.release(resources.threads() - 1);
    }

    /** Waits for a thread of the budget, on which the caller then computes itself. */
    void take() throws InterruptedException {
        permits.acquire();
    }

    void give() {
        permits.release();
    }

    /** Threads of the budget on which nobody computes just now. */
    int idle() {
        return permits.availablePermits();
    }

    /** One of several tasks that may run at the same time. */
    @FunctionalInterface
    interface Task {
        void run(int number) throws InterruptedException;
    }

    /**
     * Runs tasks 0 to count - 1 on the calling thread and on idle workers; returns when all have ended.
     *
     * @param count number of tasks
     * @param task does one
     * @throws CancelledException when the calling thread is interrupted; tasks that were begun have ended
     */
    void run(int count, Task task) {
        Run run = new Run(count, task);
        int helpers = Math.min(count, resources.threads()) - 1;
        CountDownLatch ended = new CountDownLatch(Math.max(0, helpers));
        for (int i = 0; i < helpers; i++) {
            Runnable help = () -> {
                try {
                    run.drain();
                } finally {
                    ended.countDown();
                }
            };
            try {
                pool.execute(help);
            } catch (RejectedExecutionException e) {
                // every worker is busy with another caller; this caller then does the work itself
                ended.countDown();
            }
        }
        boolean interrupted = run.drain();
        while (ended.getCount() > 0) {
            try {
                ended.await();
            } catch (InterruptedException e) {
                interrupted = true;
                run.stop(new CancelledException("embedding was cancelled by an interrupt"));
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        run.rethrow();
    }

    @Override
    public void close() {
        pool.shutdownNow();
        try {
            if (!pool.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new LaboratoryException("workers did not end within a minute; a runtime call hangs");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Run {
        private final int count;
        private final Task task;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        Run(int count, Task task) {
            this.count = count;
            this.task = task;
        }

        void stop(Throwable cause) {
            failure.compareAndSet(null, cause);
        }

        /** Takes tasks until none is left; tells whether this thread was interrupted. */
        boolean drain() {
            try {
                while (failure.get() == null) {
                    permits.acquire();
                    try {
                        int number = next.getAndIncrement();
                        if (number >= count) {
                            return false;
                        }
                        task.run(number);
                    } finally {
                        permits.release();
                    }
                }
            } catch (InterruptedException e) {
                stop(new CancelledException("embedding was cancelled by an interrupt", e));
                return true;
            } catch (RuntimeException | Error e) {
                stop(e);
            }
            return false;
        }

        void rethrow() {
            Throwable cause = failure.get();
            if (cause instanceof RuntimeException e) {
                throw e;
            }
            if (cause instanceof Error e) {
                throw e;
            }
        }
    }
}
