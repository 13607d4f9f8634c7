package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** A device that was asked for does not exist, is ambiguous, or failed. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public class DeviceException extends LaboratoryException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message what, where and how to fix it, in one line
     */
    public DeviceException(String message) {
        super(message);
    }

    /**
     * Makes the error with its cause.
     *
     * @param message what, where and how to fix it, in one line
     * @param cause what was caught
     */
    public DeviceException(String message, Throwable cause) {
        super(message, cause);
    }
}
