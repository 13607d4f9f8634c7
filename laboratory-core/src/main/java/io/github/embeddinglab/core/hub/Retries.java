package io.github.embeddinglab.core.hub;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.DownloadException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Counts the failures of one piece of work, waits between them, and gives up with a message. */
final class Retries {
    private static final Duration FIRST = Duration.ofMillis(250);
    private static final Duration LONGEST = Duration.ofSeconds(10);
    private static final Duration LONGEST_ASKED = Duration.ofMinutes(2);
    private final int maximum;
    private final HubSubject subject;
    private int failures;

    Retries(int maximum, HubSubject subject) {
        this.maximum = maximum;
        this.subject = subject;
    }

    /** One try. */
    interface Attempt<T> {
        T run() throws IOException;
    }

    <T> T run(Attempt<T> attempt) {
        while (true) {
            try {
                return attempt.run();
            } catch (IOException e) {
                again(e);
            }
        }
    }

    /** Bytes arrived: the next failure is a first one. */
    void progressed() {
        failures = 0;
    }

    /** Returns when it is time to try again. */
    void again(IOException failure) {
        if (Thread.currentThread().isInterrupted()) {
            throw cancelled(failure);
        }
        if (has(failure, UnresolvedAddressException.class) || has(failure, UnknownHostException.class)) {
            throw new DownloadException("cannot download " + subject + ": the host name is unknown ("
                    + failure + "); check the connection, the endpoint and whether a proxy must be set", failure);
        }
        // other SSL errors are connections that broke half-way
        if (has(failure, SSLHandshakeException.class) || has(failure, SSLPeerUnverifiedException.class)) {
            throw new DownloadException("cannot download " + subject + ": no trusted connection (" + reason(failure)
                    + "); if a company proxy inspects traffic, add its certificate to the JVM's trust store", failure);
        }
        failures++;
        if (failures > maximum) {
            throw new DownloadException("cannot download " + subject + " after " + failures + " attempts: " + reason(failure)
                    + "; what has arrived is kept, try again later", failure);
        }
        Duration wait = FIRST.multipliedBy(1L << Math.min(failures - 1, 10));
        if (wait.compareTo(LONGEST) > 0) {
            wait = LONGEST;
        }
        if (failure instanceof RetryLaterException later && later.asked() != null) {
            wait = later.asked();
            if (wait.compareTo(LONGEST_ASKED) > 0) {
                throw new DownloadException("cannot download " + subject + " now: " + reason(failure)
                        + " and asks to wait " + wait.toSeconds() + " s; try again then, or set a token for higher limits", failure);
            }
        }
        try {
            Thread.sleep(wait.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw cancelled(e);
        }
    }

    private CancelledException cancelled(Exception cause) {
        return new CancelledException("the download of " + subject
                + " was cancelled; what has arrived is kept, run it again to resume", cause);
    }

    private static String reason(Throwable failure) {
        String message = failure.getMessage();
        return HubNames.printable(message == null || message.isBlank() ? failure.getClass().getSimpleName() : message);
    }

    private static boolean has(@Nullable Throwable failure, Class<? extends Throwable> kind) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (kind.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }
}
