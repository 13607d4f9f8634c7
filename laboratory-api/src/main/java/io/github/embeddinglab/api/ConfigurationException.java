package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** A configuration is wrong: an unknown key, a value out of range, settings that exclude each other. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public class ConfigurationException extends LaboratoryException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message what, in which file and line, and how to fix it, in one line
     */
    public ConfigurationException(String message) {
        super(message);
    }

    /**
     * Makes the error with its cause.
     *
     * @param message what, in which file and line, and how to fix it, in one line
     * @param cause what was caught
     */
    public ConfigurationException(String message, Throwable cause) {
        super(message, cause);
    }
}
