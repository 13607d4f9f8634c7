package io.github.embeddinglab.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.core.host.HostEnvironment;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.LongSupplier;

/** The two streams of a command: results on one, everything else on the other. */
final class Console {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();
    private static final long DRAWN_EVERY_NANOS = 200_000_000L;
    private static final long LOGGED_EVERY_NANOS = 30_000_000_000L;
    private static final double SLOW = 10;
    private static final double NANOS = 1e9;

    private final PrintStream out;
    private final PrintStream err;
    private final boolean terminal;

    Console(PrintStream out, PrintStream err) {
        this.out = new PrintStream(out, true, StandardCharsets.UTF_8);
        this.err = new PrintStream(err, true, StandardCharsets.UTF_8);
        this.terminal = HostEnvironment.current().isTerminal("err");
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    void line(String text) {
        out.println(text);
    }

    void note(String text) {
        err.println(text);
    }

    void error(String text) {
        err.println((terminal ? "\r\u001b[K" : "") + "error: " + text);
    }

    /** Prints exactly one JSON object. */
    void json(Object value) {
        try {
            out.println(JSON.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new LaboratoryException("the result cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * A line that is drawn over and over on a terminal; elsewhere, as in the log of a build, a line of its own every half
     * minute, so that work that ends sooner says nothing.
     */
    Progress.Listener progress() {
        return terminal ? drawn() : logged(System::nanoTime);
    }

    private Progress.Listener drawn() {
        long[] last = {0};
        return progress -> {
            long now = System.nanoTime();
            boolean end = progress.done() == progress.total();
            if (!end && now - last[0] < DRAWN_EVERY_NANOS) {
                return;
            }
            last[0] = now;
            err.print("\r" + words(progress) + "   ");
            if (end) {
                err.print("\r\u001b[K");
            }
            err.flush();
        };
    }

    /** The lines of a log, by a clock that tests can set. */
    Progress.Listener logged(LongSupplier clock) {
        long[] last = {clock.getAsLong()};
        return progress -> {
            long now = clock.getAsLong();
            if (now - last[0] >= LOGGED_EVERY_NANOS) {
                last[0] = now;
                note(words(progress));
            }
        };
    }

    private static String words(Progress progress) {
        double seconds = progress.elapsed().toNanos() / NANOS;
        double rate = seconds > 0 ? progress.done() / seconds : 0;
        return String.format(
                Locale.ROOT,
                rate < SLOW ? "%s %,d%s, %.1f a second%s" : "%s %,d%s, %.0f a second%s",
                progress.stage(),
                progress.done(),
                progress.total() < 0 ? "" : String.format(Locale.ROOT, " of %,d", progress.total()),
                rate,
                left(progress, rate));
    }

    private static String left(Progress progress, double rate) {
        long texts = progress.total() - progress.done();
        return texts <= 0 || rate <= 0
                ? ""
                : String.format(Locale.ROOT, ", %d:%02d left", (long) (texts / rate) / 60, (long) (texts / rate) % 60);
    }
}
