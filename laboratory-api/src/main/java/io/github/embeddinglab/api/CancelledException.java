package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Work was cancelled by the caller; what was finished before stays valid. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public class CancelledException extends LaboratoryException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message what, where and how to fix it, in one line
     */
    public CancelledException(String message) {
        super(message);
    }

    /**
     * Makes the error with its cause.
     *
     * @param message what, where and how to fix it, in one line
     * @param cause what was caught
     */
    public CancelledException(String message, Throwable cause) {
        super(message, cause);
    }
}
