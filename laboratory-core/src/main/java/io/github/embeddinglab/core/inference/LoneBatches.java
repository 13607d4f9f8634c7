package io.github.embeddinglab.core.inference;

import io.github.embeddinglab.api.DeviceException;
import java.nio.FloatBuffer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A second session for the text that is all there is, as a single query: all threads of the budget work on it inside the
 * runtime. It is opened beside the work, once a second such text comes, for one vector alone never pays for it.
 */
final class LoneBatches implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoneBatches.class);
    private static final int WORTH_OPENING = 2;

    private final @Nullable Supplier<Replica> opener;
    private int seen;
    private boolean closed;
    private @Nullable FutureTask<Replica> opening;

    /**
     * Keeps the way to open it.
     *
     * @param opener null where one thread or another device makes it pointless
     */
    LoneBatches(@Nullable Supplier<Replica> opener) {
        this.opener = opener;
    }

    /** Runs a batch with all threads if the session stands and the other threads are idle; tells whether it did. */
    boolean run(TokenBatch batch, FloatBuffer target, Workers workers) {
        Replica replica = ready();
        if (replica == null || !workers.tryTakeOthers()) {
            return false;
        }
        int start = target.position();
        try {
            replica.run(batch, target);
            return true;
        } catch (DeviceException e) {
            LOG.warn("a single text failed on all threads and is run on one: {}", e.getMessage());
            target.position(start);
            return false;
        } finally {
            workers.giveOthersBack();
        }
    }

    private synchronized @Nullable Replica ready() {
        if (opener == null || closed) {
            return null;
        }
        if (opening == null && ++seen >= WORTH_OPENING) {
            FutureTask<Replica> task = new FutureTask<>(opener::get);
            opening = task;
            Thread thread = new Thread(task, "laboratory-session");
            thread.setDaemon(true);
            thread.start();
        }
        return opening != null && opening.isDone() ? result(opening) : null;
    }

    private static @Nullable Replica result(FutureTask<Replica> task) {
        try {
            return task.get();
        } catch (ExecutionException e) {
            return null; // told once, when it ended
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** Waits for an opening that is under way, so that nothing is left behind. */
    @Override
    public void close() {
        FutureTask<Replica> task;
        synchronized (this) {
            closed = true;
            task = opening;
        }
        if (task == null) {
            return;
        }
        boolean interrupted = false;
        while (true) {
            try {
                task.get().close();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (ExecutionException e) {
                break; // it never stood
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** An opener that tells why it failed; the batches then run on one thread as before. */
    static Supplier<Replica> telling(Supplier<Replica> opener) {
        return () -> {
            try {
                return opener.get();
            } catch (DeviceException e) {
                LOG.warn("single texts stay on one thread, for a second session cannot be opened: {}", e.getMessage());
                throw e;
            }
        };
    }
}
