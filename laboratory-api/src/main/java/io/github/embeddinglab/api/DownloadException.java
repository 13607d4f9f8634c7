package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** A permitted download failed: refused, cut, damaged or of the wrong content. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public class DownloadException extends LaboratoryException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message what, where and how to fix it, in one line
     */
    public DownloadException(String message) {
        super(message);
    }

    /**
     * Makes the error with its cause.
     *
     * @param message what, where and how to fix it, in one line
     * @param cause what was caught
     */
    public DownloadException(String message, Throwable cause) {
        super(message, cause);
    }
}
