package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** A room or device needs an artifact that is not on the class path; the message holds its Maven coordinates. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public class MissingArtifactException extends LaboratoryException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message what, where and how to fix it, in one line
     */
    public MissingArtifactException(String message) {
        super(message);
    }

    /**
     * Makes the error with its cause.
     *
     * @param message what, where and how to fix it, in one line
     * @param cause what was caught
     */
    public MissingArtifactException(String message, Throwable cause) {
        super(message, cause);
    }
}
