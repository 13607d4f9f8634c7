package io.github.embeddinglab.core.inference;

import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Progress;

/**
 * Lets something live until its last call has ended. Closing waits for the calls in flight, but not when it comes from a
 * progress listener of one of them, which would wait for itself: then the last call releases.
 */
final class Lifetime {
    private final String what;
    private final Runnable release;
    private final ListeningThreads listening = new ListeningThreads();
    private int calls;
    private boolean closed;
    private boolean released;

    Lifetime(String what, Runnable release) {
        this.what = what;
        this.release = release;
    }

    synchronized void enter() {
        if (closed) {
            throw new LaboratoryException(what + " was closed; load it again");
        }
        calls++;
    }

    void leave() {
        synchronized (this) {
            calls--;
            notifyAll();
            if (!closed || calls > 0 || released) {
                return;
            }
            released = true;
        }
        release.run();
    }

    /** The listener, told in a way that {@link #close} recognises. */
    Progress.Listener guarded(Progress.Listener listener) {
        return listening.guarded(listener);
    }

    /** Refuses new calls, and releases after the last one. */
    void close() {
        synchronized (this) {
            closed = true;
            if (!listening.holdCaller()) {
                awaitCalls();
            }
            if (calls > 0 || released) {
                return;
            }
            released = true;
        }
        release.run();
    }

    private void awaitCalls() {
        boolean interrupted = false;
        while (calls > 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
