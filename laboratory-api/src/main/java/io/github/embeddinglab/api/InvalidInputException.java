package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** A text, file or argument that the caller gave cannot be used. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public class InvalidInputException extends LaboratoryException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message what, where and how to fix it, in one line
     */
    public InvalidInputException(String message) {
        super(message);
    }

    /**
     * Makes the error with its cause.
     *
     * @param message what, where and how to fix it, in one line
     * @param cause what was caught
     */
    public InvalidInputException(String message, Throwable cause) {
        super(message, cause);
    }
}
