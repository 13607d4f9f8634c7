package io.github.embeddinglab.api;

import java.time.Duration;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * How far a piece of work is.
 *
 * @param stage what is being done, a few words
 * @param done units finished
 * @param total units in all, -1 where it is not known
 * @param elapsed time since the stage began
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Progress(String stage, long done, long total, Duration elapsed) {
    /** Receives progress, from any thread, never concurrently for one piece of work. */
    @FunctionalInterface
    public interface Listener {
        /** Ignores everything. */
        Listener SILENT = progress -> {};

        /**
         * Takes a report; must return quickly.
         *
         * @param progress where the work stands
         */
        void report(Progress progress);
    }
}
