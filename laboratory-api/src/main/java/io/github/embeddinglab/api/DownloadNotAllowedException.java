package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** The model would have to be downloaded, and downloads were not allowed. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public class DownloadNotAllowedException extends ModelNotFoundException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the error.
     *
     * @param message what, where and how to fix it, in one line
     */
    public DownloadNotAllowedException(String message) {
        super(message);
    }

    /**
     * Makes the error with its cause.
     *
     * @param message what, where and how to fix it, in one line
     * @param cause what was caught
     */
    public DownloadNotAllowedException(String message, Throwable cause) {
        super(message, cause);
    }
}
