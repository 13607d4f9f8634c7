package io.github.embeddinglab.core.inference;

import io.github.embeddinglab.api.Progress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Threads that are in a progress listener just now, and so must not wait for the call that reports to it. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class ListeningThreads {
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    /** None yet. */
    public ListeningThreads() {}

    /**
     * The listener, with its threads noted.
     *
     * @param listener told as before
     * @return to hand on
     */
    public Progress.Listener guarded(Progress.Listener listener) {
        return report -> {
            Thread thread = Thread.currentThread();
            boolean outermost = threads.add(thread);
            try {
                listener.report(report);
            } finally {
                if (outermost) {
                    threads.remove(thread);
                }
            }
        };
    }

    /**
     * Whether the calling thread is in such a listener.
     *
     * @return true between the begin and the end of a report
     */
    public boolean holdCaller() {
        return threads.contains(Thread.currentThread());
    }
}
