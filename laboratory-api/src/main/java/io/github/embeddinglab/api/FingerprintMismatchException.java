package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Vectors, an index or a calibration belong to another model than the one at hand. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public class FingerprintMismatchException extends LaboratoryException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message what, where and how to fix it, in one line
     */
    public FingerprintMismatchException(String message) {
        super(message);
    }

    /**
     * Makes the error with its cause.
     *
     * @param message what, where and how to fix it, in one line
     * @param cause what was caught
     */
    public FingerprintMismatchException(String message, Throwable cause) {
        super(message, cause);
    }
}
