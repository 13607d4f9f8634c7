package io.github.embeddinglab.evaluation.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.BoundedEmbedder;
import io.github.embeddinglab.api.Effort;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.OverloadedException;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.testkit.FakeEmbedder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Load, latencies and what they count; nothing here asks how fast this machine is. */
@Tag("unit")
class LoadTest {
    @Test
    void percentilesAreExact() {
        SplittableRandom random = new SplittableRandom(3);
        for (int n : new int[] {1, 2, 19, 20, 21, 100, 1000}) {
            long[] nanos = random.longs(n, 0, 50_000_000).toArray();
            Latencies latencies = Latencies.of(nanos);
            double[] found = {latencies.p50(), latencies.p95(), latencies.p99(), latencies.max()};
            double[] shares = {0.5, 0.95, 0.99, 1};
            for (int i = 0; i < shares.length; i++) {
                double share = shares[i];
                // the definition: the smallest value that at least this share does not exceed
                long smallest = Arrays.stream(nanos)
                        .filter(value -> Arrays.stream(nanos).filter(other -> other <= value).count() >= share * nanos.length - 1e-9)
                        .min()
                        .orElseThrow();
                assertThat(found[i]).isCloseTo(smallest / 1e6, within(1e-12));
            }
        }
        assertThat(Latencies.of().p50()).isNaN();
    }

    @Test
    void aPauseCountsForAllThatArriveDuringIt() {
        AtomicInteger first = new AtomicInteger();
        LoadStep step = OpenLoop.run(
                number -> {
                    if (first.getAndIncrement() == 0) {
                        sleep(500);
                    }
                },
                200, Duration.ofMillis(400), 1);
        // about 80 requests arrive in 400 ms; a generator that waits for the first answer would see one slow request
        assertThat(step.latencies().p50()).isGreaterThan(100);
        assertThat(step.latencies().max()).isGreaterThanOrEqualTo(500);
        assertThat(step.completed()).as("none was answered in time").isLessThan(step.offered() / 2);
        assertThat(step.refused()).isZero();
    }

    @Test
    void refusalsAreCountedAndOtherErrorsEndTheRun() {
        AtomicInteger all = new AtomicInteger();
        LoadStep step = OpenLoop.run(
                number -> {
                    all.incrementAndGet();
                    if (number % 2 == 0) {
                        throw new OverloadedException("full");
                    }
                },
                500, Duration.ofMillis(200), 4);
        assertThat(all.get()).isGreaterThan(10);
        assertThat(step.refused()).isCloseTo(0.5, within(0.5 / all.get() + 1e-9));
        assertThatThrownBy(() -> OpenLoop.run(
                        number -> {
                            throw new IllegalStateException("broken");
                        },
                        500, Duration.ofMillis(100), 2))
                .isInstanceOf(LaboratoryException.class)
                .hasMessageContaining("broken");
        assertThatThrownBy(() -> OpenLoop.closed(
                        number -> {
                            throw new LaboratoryException("known");
                        },
                        Duration.ofMillis(50), 2))
                .hasMessage("known");
    }

    @Test
    void tooMuchLoadIsRefusedAndTheRestAnswered() {
        Effort effort = new Effort(Duration.ZERO, Duration.ofMillis(150), 2, 2);
        try (Embedder model = FakeEmbedder.builder().dimensions(8).build()) {
            List<Timing> timings = new ProductionSuite(effort, Sampling.defaults().withResamples(200), List.of())
                    .run(Map.of("fake", model), note -> {});
            assertThat(timings).hasSize(1);
            Timing timing = timings.get(0);
            assertThat(timing.steps()).hasSize(4).allSatisfy(step -> assertThat(step.completed()).isPositive());
            assertThat(timing.figure(Timing.OVERLOAD).defined()).isTrue();
            assertThat(timing.figure(Timing.PEAK_RATE).value()).isPositive();
            assertThat(timing.figure(Timing.COLD_START).defined()).isFalse();
            assertThat(timing.notes()).hasSize(1).allMatch(note -> note.contains("whole process"));
        }
        // a service that answers one request each 20 ms, offered 400 a second: most must be refused
        Embedder slow = new SlowEmbedder(FakeEmbedder.open(), 20);
        BoundedEmbedder front = BoundedEmbedder.over(slow, 1, 2);
        LoadStep step = OpenLoop.run(number -> front.embedQuery("a"), 400, Duration.ofMillis(400), 12);
        assertThat(step.refused()).isBetween(0.5, 0.999);
        assertThat(step.completed()).isBetween(1.0, 51.0);
        front.close();
    }

    @Test
    void speedHasIntervalsOverRounds() {
        Effort effort = new Effort(Duration.ZERO, Duration.ofMillis(5), 3, 1);
        try (Embedder model = FakeEmbedder.builder().dimensions(8).build()) {
            Timing timing = new SpeedSuite(effort, Sampling.defaults().withResamples(200))
                    .run(Map.of("fake", model), note -> {})
                    .get(0);
            assertThat(timing.figures().keySet())
                    .contains(Timing.SHORT_TEXTS, Timing.LONG_TEXTS, Timing.LONG_TOKENS, Timing.QUERY_P50, Timing.QUERY_P95);
            timing.figures().forEach((name, score) -> {
                assertThat(score.value()).as(name).isPositive();
                assertThat(score.low()).as(name).isLessThanOrEqualTo(score.value());
                assertThat(score.high()).as(name).isGreaterThanOrEqualTo(score.value());
            });
            assertThat(timing.figure(Timing.QUERY_P95).value()).isGreaterThanOrEqualTo(timing.figure(Timing.QUERY_P50).value());
        }
    }

    @Test
    void textsAreTheSameEverywhereAndOfTheirLengths() {
        assertThat(BenchmarkTexts.brief(20, 7)).isEqualTo(BenchmarkTexts.brief(20, 7)).doesNotHaveDuplicates();
        assertThat(BenchmarkTexts.brief(200, 7)).allMatch(text -> text.split(" ", -1).length >= 8 && text.split(" ", -1).length <= 60);
        assertThat(BenchmarkTexts.lengthy(20, 7)).allMatch(text -> text.split(" ", -1).length >= 180 && text.split(" ", -1).length <= 220);
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
