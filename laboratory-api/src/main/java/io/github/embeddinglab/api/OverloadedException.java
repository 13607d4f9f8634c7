package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** A bounded queue is full and the request was refused before work started. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public class OverloadedException extends LaboratoryException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message what, where and how to fix it, in one line
     */
    public OverloadedException(String message) {
        super(message);
    }

    /**
     * Makes the error with its cause.
     *
     * @param message what, where and how to fix it, in one line
     * @param cause what was caught
     */
    public OverloadedException(String message, Throwable cause) {
        super(message, cause);
    }
}
