package io.github.embeddinglab.api;

import java.util.concurrent.CompletableFuture;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Work that runs in the background.
 *
 * @param <T> its result
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface Job<T> {
    /**
     * Where the work stands.
     *
     * @return the newest report
     */
    Progress progress();

    /**
     * Asks the work to stop at the next safe point; what is finished stays valid and long work stays resumable.
     *
     * @return false when it had already ended
     */
    boolean cancel();

    /**
     * Waits for the end.
     *
     * @return the result
     * @throws CancelledException when it was cancelled or the waiting thread was interrupted
     * @throws LaboratoryException when it failed
     */
    T result();

    /**
     * The same as a future; cancelling the future cancels the work.
     *
     * @return a future that ends with the work
     */
    CompletableFuture<T> toCompletableFuture();
}
