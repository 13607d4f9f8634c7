package io.github.embeddinglab.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Counts what is open, and fails the test that leaves something open. Use it as a {@code @RegisterExtension} field, or
 * close it. Safe for concurrent use.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class LeakCheck implements AfterEachCallback, AutoCloseable {
    private final Map<Ticket, Throwable> open = new ConcurrentHashMap<>();

    /** Begins with nothing open. */
    public LeakCheck() {}

    /**
     * Notes that something was opened.
     *
     * @param what for the message
     * @return to be closed with it
     */
    public Ticket opened(String what) {
        Ticket ticket = new Ticket(what);
        open.put(ticket, new Throwable(what + " was opened here"));
        return ticket;
    }

    /**
     * What is open now.
     *
     * @return number of open tickets
     */
    public int openCount() {
        return open.size();
    }

    /**
     * Fails when something is open.
     *
     * @throws AssertionError naming all of it; where each was opened is suppressed in it
     */
    public void assertNothingOpen() {
        if (!open.isEmpty()) {
            List<String> names = new ArrayList<>();
            List<Throwable> places = new ArrayList<>();
            open.forEach((ticket, place) -> {
                names.add(ticket.what);
                places.add(place);
            });
            names.sort(null);
            AssertionError error =
                    new AssertionError(names.size() + " opened and not closed: " + String.join(", ", names));
            places.forEach(error::addSuppressed);
            throw error;
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        assertNothingOpen();
    }

    @Override
    public void close() {
        assertNothingOpen();
    }

    /** Stands for one thing that is open. */
    public final class Ticket {
        private final String what;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Ticket(String what) {
            this.what = what;
        }

        /**
         * Notes that it was closed; a second time is harmless.
         *
         * @return false when it had been closed before
         */
        public boolean closed() {
            open.remove(this);
            return closed.compareAndSet(false, true);
        }

        /**
         * Tells whether it is open.
         *
         * @return true until {@link #closed()}
         */
        public boolean isOpen() {
            return !closed.get();
        }
    }
}
