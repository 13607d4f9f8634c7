package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** The root of all errors that the laboratory raises on purpose; its message says what, where and how to fix it in one line. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public class LaboratoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message what, where and how to fix it, in one line
     */
    public LaboratoryException(String message) {
        super(message);
    }

    /**
     * Makes the error with its cause.
     *
     * @param message what, where and how to fix it, in one line
     * @param cause what was caught
     */
    public LaboratoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
