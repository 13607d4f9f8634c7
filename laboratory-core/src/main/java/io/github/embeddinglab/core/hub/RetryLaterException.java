package io.github.embeddinglab.core.hub;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The server is there but busy; it may have said how long. */
final class RetryLaterException extends IOException {
    private static final long serialVersionUID = 1L;
    private final @Nullable Duration wait;

    RetryLaterException(String message, @Nullable Duration wait) {
        super(message);
        this.wait = wait;
    }

    @Nullable Duration asked() {
        return wait;
    }
}
