package io.github.embeddinglab.evaluation.load;

import io.github.embeddinglab.api.Benchmarks;
import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.Effort;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Sampling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Texts a second in batches (short and long), and the time of one query alone. Models take turns, a round each, so that
 * their ratio holds even where the machine's speed drifts. {@link Benchmarks#run} brings it together with other suites.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class SpeedSuite {
    private static final double NANOS = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final int SHORT_COUNT = 128;
    private static final int LONG_COUNT = 32;
    private static final int LEAST_QUERIES = 5;
    private static final long SEED = 7;

    private final List<String> brief = BenchmarkTexts.brief(SHORT_COUNT, SEED);
    private final List<String> lengthy = BenchmarkTexts.lengthy(LONG_COUNT, SEED);
    private final Effort effort;
    private final Sampling sampling;

    /**
     * Makes the suite.
     *
     * @param effort warm-up, length and number of the rounds
     * @param sampling of the intervals over rounds
     */
    public SpeedSuite(Effort effort, Sampling sampling) {
        this.effort = effort;
        this.sampling = sampling;
    }

    /**
     * Times the first vector of a handle; only the first call for a model in a laboratory tells something.
     *
     * @param embedder a new handle
     * @return milliseconds
     */
    public static double firstVector(Embedder embedder) {
        long start = System.nanoTime();
        embedder.embedQuery("Which text is the first?");
        return (System.nanoTime() - start) / NANOS_PER_MILLI;
    }

    /**
     * Measures.
     *
     * @param models by name; they stay open
     * @param notes told what begins
     * @return one timing for each, in order
     */
    public List<Timing> run(Map<String, Embedder> models, Consumer<String> notes) {
        Map<String, Rounds> rounds = new LinkedHashMap<>();
        models.forEach((name, model) -> {
            notes.accept("speed of " + name + ": warming up");
            rounds.put(name, new Rounds());
            repeat(effort.warmup(), () -> model.embedDocuments(brief));
        });
        for (int round = 1; round <= effort.rounds(); round++) {
            notes.accept("speed, round " + round + " of " + effort.rounds());
            models.forEach((name, model) -> measure(model, rounds.getOrDefault(name, new Rounds())));
        }
        List<Timing> timings = new ArrayList<>();
        rounds.forEach((name, values) -> timings.add(new Timing(name, values.scores(sampling), List.of(), List.of())));
        return timings;
    }

    private void measure(Embedder model, Rounds rounds) {
        batches(model, brief, rounds, List.of(Timing.SHORT_TEXTS, Timing.SHORT_TOKENS));
        batches(model, lengthy, rounds, List.of(Timing.LONG_TEXTS, Timing.LONG_TOKENS));
        List<Long> nanos = new ArrayList<>();
        long end = System.nanoTime() + effort.each().toNanos();
        while (nanos.size() < LEAST_QUERIES || System.nanoTime() < end) {
            long start = System.nanoTime();
            model.embedQuery(brief.get(nanos.size() % brief.size()));
            nanos.add(System.nanoTime() - start);
            checkInterrupt();
        }
        Latencies latencies = Latencies.of(nanos.stream().mapToLong(Long::longValue).toArray());
        rounds.add(Timing.QUERY_P50, latencies.p50());
        rounds.add(Timing.QUERY_P95, latencies.p95());
    }

    private void batches(Embedder model, List<String> texts, Rounds rounds, List<String> names) {
        long[] tokens = {0};
        long start = System.nanoTime();
        int times = repeat(effort.each(), () -> {
            Embeddings rows = model.embedDocuments(texts);
            for (int i = 0; i < rows.rows(); i++) {
                tokens[0] += rows.tokenUse(i).used();
            }
        });
        double seconds = (System.nanoTime() - start) / NANOS;
        rounds.add(names.get(0), times * texts.size() / seconds);
        rounds.add(names.get(1), tokens[0] / seconds);
    }

    private static int repeat(Duration length, Runnable work) {
        long end = System.nanoTime() + length.toNanos();
        int times = 0;
        do {
            work.run();
            times++;
            checkInterrupt();
        } while (System.nanoTime() < end);
        return times;
    }

    private static void checkInterrupt() {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancelledException("the measurement of speed was cancelled by an interrupt");
        }
    }
}
