package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** A model folder, file or export is damaged, incomplete or of a kind that the laboratory does not read. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public class InvalidModelException extends LaboratoryException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message what, where and how to fix it, in one line
     */
    public InvalidModelException(String message) {
        super(message);
    }

    /**
     * Makes the error with its cause.
     *
     * @param message what, where and how to fix it, in one line
     * @param cause what was caught
     */
    public InvalidModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
