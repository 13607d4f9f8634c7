package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.embeddinglab.api.Progress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConsoleTest {
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final Console console = new Console(
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8), new PrintStream(errors, true, StandardCharsets.UTF_8));

    @Test
    void aLogGetsALineEveryHalfMinuteAndNothingOfShortWork() {
        AtomicLong seconds = new AtomicLong(100);
        Progress.Listener progress = console.logged(() -> seconds.get() * 1_000_000_000L);
        for (int done = 1; done <= 100; done++) {
            seconds.incrementAndGet();
            progress.report(new Progress("embedding", done * 20L, 2000, Duration.ofSeconds(done)));
        }

        assertThat(errors.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "embedding 600 of 2,000, 20 a second, 1:10 left",
                        "embedding 1,200 of 2,000, 20 a second, 0:40 left",
                        "embedding 1,800 of 2,000, 20 a second, 0:10 left");
    }

    @Test
    void slowWorkHasARateAboveZero() {
        AtomicLong seconds = new AtomicLong();
        Progress.Listener progress = console.logged(() -> seconds.get() * 1_000_000_000L);
        seconds.set(40);
        progress.report(new Progress("steps", 20, -1, Duration.ofSeconds(40)));

        assertThat(errors.toString(StandardCharsets.UTF_8)).isEqualTo("steps 20, 0.5 a second" + System.lineSeparator());
    }
}
