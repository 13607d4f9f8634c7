package io.github.embeddinglab.core.laboratory;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.Job;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Progress;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Work on a thread of its own that is interrupted to be cancelled.
 *
 * @param <T> its result
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class BackgroundJob<T> implements Job<T> {
    private final CompletableFuture<T> end = new CompletableFuture<>() {
        @Override
        public boolean cancel(boolean mayInterrupt) {
            thread.interrupt();
            return super.cancel(mayInterrupt);
        }
    };
    private final Thread thread;
    private volatile Progress progress = new Progress("waiting", 0, -1, Duration.ZERO);

    private BackgroundJob(String name, Function<Progress.Listener, T> work) {
        this.thread = new Thread(() -> run(work), name);
        thread.setDaemon(true);
    }

    /**
     * Starts work.
     *
     * @param <T> its result
     * @param name of the thread
     * @param work given a listener to report to
     * @return the job
     */
    public static <T> BackgroundJob<T> start(String name, Function<Progress.Listener, T> work) {
        BackgroundJob<T> job = new BackgroundJob<>(name, work);
        job.thread.start();
        return job;
    }

    private void run(Function<Progress.Listener, T> work) {
        try {
            end.complete(work.apply(report -> progress = report));
        } catch (RuntimeException | Error e) {
            end.completeExceptionally(e);
        }
    }

    @Override
    public Progress progress() {
        return progress;
    }

    @Override
    public boolean cancel() {
        if (end.isDone()) {
            return false;
        }
        thread.interrupt();
        return true;
    }

    @Override
    public T result() {
        try {
            return end.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("waiting for the job was interrupted; the job itself goes on", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LaboratoryException cause) {
                throw cause;
            }
            throw new LaboratoryException("the job failed: " + e.getCause(), e);
        } catch (CancellationException e) {
            throw new CancelledException("the job was cancelled", e);
        }
    }

    @Override
    public CompletableFuture<T> toCompletableFuture() {
        return end;
    }
}
