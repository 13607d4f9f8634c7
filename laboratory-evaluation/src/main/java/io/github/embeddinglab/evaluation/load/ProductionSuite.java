package io.github.embeddinglab.evaluation.load;

import io.github.embeddinglab.api.Benchmarks;
import io.github.embeddinglab.api.BoundedEmbedder;
import io.github.embeddinglab.api.Effort;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Score;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * How a model behaves in a service that embeds one query a request: cold start and memory in processes of their own, latency
 * under a steady load (open loop, at .5, .7 and .9 of the peak), and throughput at twice the load that it sustains behind a
 * {@link BoundedEmbedder}. {@link Benchmarks#run} brings it together with other suites.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class ProductionSuite {
    private static final double[] LOADS = {0.5, 0.7, 0.9};
    private static final double IN_STEP = 0.97;
    private static final double OVERLOAD = 2;
    private static final int WAITING_PER_CALLER = 2;
    private static final int MORE_CALLERS = 8;
    private static final int TEXTS = 512;
    private static final long SEED = 11;

    private final List<String> texts = BenchmarkTexts.brief(TEXTS, SEED);
    private final Effort effort;
    private final Sampling sampling;
    private final List<String> probe;

    /**
     * Makes the suite.
     *
     * @param effort warm-up, length and number of the rounds, callers
     * @param sampling of the intervals over rounds
     * @param probe command that measures one model in a process of its own, empty to measure in this process
     */
    public ProductionSuite(Effort effort, Sampling sampling, List<String> probe) {
        this.effort = effort;
        this.sampling = sampling;
        this.probe = List.copyOf(probe);
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
        models.keySet().forEach(name -> rounds.put(name, new Rounds()));
        if (!probe.isEmpty()) {
            for (int round = 1; round <= effort.rounds(); round++) {
                notes.accept("production, cold start " + round + " of " + effort.rounds());
                rounds.forEach((name, values) -> new Probe(probe).run(name, values));
            }
        }
        List<Timing> timings = new ArrayList<>();
        models.forEach((name, model) -> {
            notes.accept("production, " + name + " under load");
            timings.add(underLoad(name, model, rounds.getOrDefault(name, new Rounds())));
        });
        return timings;
    }

    private Timing underLoad(String name, Embedder model, Rounds rounds) {
        IntConsumer request = number -> model.embedQuery(text(number));
        OpenLoop.closed(request, effort.warmup(), effort.callers());
        double peak = OpenLoop.closed(request, effort.each(), effort.callers());
        List<LoadStep> steps = new ArrayList<>();
        double sustainable = 0;
        for (double load : LOADS) {
            LoadStep step = OpenLoop.run(request, load * peak, effort.each(), effort.callers());
            steps.add(step);
            // what is under way when the time is up counts as in step; how long it may take, the lowest load tells
            double underWay = steps.get(0).latencies().p50() / (double) effort.each().toMillis();
            if (step.completed() >= (IN_STEP - underWay) * step.offered()) {
                sustainable = step.offered();
            }
        }
        if (sustainable == 0) {
            sustainable = steps.get(0).completed();
        }
        steps.add(overload(model, sustainable, rounds));
        List<String> notes = new ArrayList<>();
        if (probe.isEmpty()) {
            ResidentMemory.now().ifPresent(bytes -> rounds.add(Timing.RESIDENT, (double) bytes));
            ResidentMemory.peak().ifPresent(bytes -> rounds.add(Timing.PEAK, (double) bytes));
            notes.add("memory is that of the whole process with all models loaded so far, and cold start was not measured:"
                    + " no command for a process of its own was given");
        }
        Map<String, Score> figures = new LinkedHashMap<>(rounds.scores(sampling));
        figures.put(Timing.SUSTAINABLE_RATE, new Score(sustainable, Double.NaN, Double.NaN));
        return new Timing(name, figures, steps, notes);
    }

    /** Peak and overload take turns; the share is that of each pair. */
    private LoadStep overload(Embedder model, double sustainable, Rounds rounds) {
        int calls = effort.callers();
        int queue = WAITING_PER_CALLER * calls;
        BoundedEmbedder front = BoundedEmbedder.over(model, calls, queue);
        IntConsumer request = number -> front.embedQuery(text(number));
        List<LoadStep> steps = new ArrayList<>();
        for (int round = 0; round < effort.rounds(); round++) {
            double peak = OpenLoop.closed(request, effort.each(), calls);
            LoadStep step = OpenLoop.run(request, OVERLOAD * sustainable, effort.each(), calls + queue + MORE_CALLERS);
            steps.add(step);
            rounds.add(Timing.PEAK_RATE, peak);
            rounds.add(Timing.OVERLOAD, step.completed() / peak);
        }
        return steps.get(steps.size() / 2);
    }

    private String text(int number) {
        return texts.get(number % texts.size());
    }
}
