package io.github.embeddinglab.api;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A front that keeps a model busy and never swamped: so many calls run, so many wait in the order they came, and what comes
 * on top is refused at once with {@link OverloadedException}, before any work. Under too much load throughput then stays
 * where it was and a call that is let in waits no longer than the queue lasts. Closing it closes the model.
 *
 * <pre>{@code
 * try (Embedder model = BoundedEmbedder.over(lab.models().load("all-MiniLM-L6-v2"), 2, 32)) { … }
 * }</pre>
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class BoundedEmbedder extends DelegatingEmbedder {
    private final int calls;
    private final int queue;
    private final Semaphore free;
    private final AtomicInteger waiting = new AtomicInteger();

    private BoundedEmbedder(Embedder embedder, int calls, int queue) {
        super(embedder);
        this.calls = calls;
        this.queue = queue;
        this.free = new Semaphore(calls, true);
    }

    /**
     * Puts a front before a model.
     *
     * @param embedder the model
     * @param calls that may run at the same time, at least 1; the number of threads that compute is a good choice
     * @param queue calls that may wait, at least 0
     * @return the front
     * @throws ConfigurationException when a number is out of range
     */
    public static BoundedEmbedder over(Embedder embedder, int calls, int queue) {
        if (calls < 1 || queue < 0) {
            throw new ConfigurationException(
                    "calls is " + calls + " and queue is " + queue + "; give at least 1 call and a queue of at least 0");
        }
        return new BoundedEmbedder(embedder, calls, queue);
    }

    /**
     * {@inheritDoc}
     *
     * @throws OverloadedException when as many calls as allowed run and wait already; nothing was done
     */
    @Override
    public Embeddings embed(List<String> texts, EmbedOptions options) {
        return admitted(() -> delegate().embed(texts, options));
    }

    /**
     * {@inheritDoc}
     *
     * @throws OverloadedException before the first text is read; a stream that was let in is one call to its end
     */
    @Override
    public void embed(Iterator<String> texts, EmbedOptions options, EmbeddingSink sink) {
        admitted(() -> {
            delegate().embed(texts, options, sink);
            return this;
        });
    }

    private <T> T admitted(Supplier<T> work) {
        enter();
        try {
            return work.get();
        } finally {
            free.release();
        }
    }

    private void enter() {
        try {
            // with a time of zero it does not push past those who wait
            if (free.tryAcquire(0, TimeUnit.SECONDS)) {
                return;
            }
            if (waiting.incrementAndGet() > queue) {
                waiting.decrementAndGet();
                throw new OverloadedException("model " + model() + " has " + calls + " calls running and " + queue
                        + " waiting, all that its front allows; try again later, or allow more calls or a longer queue");
            }
            try {
                free.acquire();
            } finally {
                waiting.decrementAndGet();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("a call to model " + model() + " was interrupted while it waited", e);
        }
    }

    /**
     * Calls that wait now.
     *
     * @return 0 to the length of the queue
     */
    public int waiting() {
        return Math.min(waiting.get(), queue);
    }
}
