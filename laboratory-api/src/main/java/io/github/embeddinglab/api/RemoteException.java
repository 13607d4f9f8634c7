package io.github.embeddinglab.api;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/** A remote model refused or failed; says when to try again and which rows of the batch were not embedded. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public class RemoteException extends LaboratoryException {
    private static final long serialVersionUID = 1L;

    private final transient @Nullable Duration retryAfter;
    private final transient List<Integer> failedRows;

    /**
     * Makes the error.
     *
     * @param message what, where and how to fix it, in one line
     * @param retryAfter the delay the service asked for, or null where it named none
     * @param failedRows zero-based rows of the request that have no vector
     */
    public RemoteException(String message, @Nullable Duration retryAfter, List<Integer> failedRows) {
        super(message);
        this.retryAfter = retryAfter;
        this.failedRows = List.copyOf(failedRows);
    }

    /**
     * The delay that the service asked for.
     *
     * @return the delay, empty where the service named none
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /**
     * The rows of the request that were not embedded.
     *
     * @return zero-based rows, in order
     */
    public List<Integer> failedRows() {
        return failedRows;
    }
}
