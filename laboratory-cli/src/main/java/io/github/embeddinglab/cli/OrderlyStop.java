package io.github.embeddinglab.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Ctrl-C, while this is open, interrupts the work and gives it time to remove what is half-written or to keep what can be resumed; the
 * process ends when the work has closed this, or the time is over.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class OrderlyStop implements AutoCloseable {
    /** Longer than this without a word, and people press the keys again. */
    private static final Duration SILENT = Duration.ofSeconds(3);

    private final CountDownLatch ended = new CountDownLatch(1);

    private OrderlyStop() {}

    /**
     * Begins, for the calling thread.
     *
     * @param longest that the work may take to stop; above three seconds the wait is told on standard error
     * @param advice what to do where it took longer
     * @return closed at the end of the work, before {@link System#exit}
     */
    public static OrderlyStop ofThisThread(Duration longest, String advice) {
        OrderlyStop stop = new OrderlyStop();
        Thread worker = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop.stop(worker, longest, advice), "lab-stop"));
        return stop;
    }

    private void stop(Thread worker, Duration longest, String advice) {
        if (ended.getCount() == 0) {
            return;
        }
        worker.interrupt();
        try {
            if (longest.compareTo(SILENT) > 0 && !ended.await(SILENT.toMillis(), TimeUnit.MILLISECONDS)) {
                System.err.println("the step is brought to its end and a checkpoint written; `kill -9` does not wait, the last checkpoint stays");
            }
            if (!ended.await(longest.toMillis(), TimeUnit.MILLISECONDS)) {
                System.err.println("error: stopped in the middle; " + advice);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        ended.countDown();
    }
}
