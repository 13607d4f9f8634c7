package io.github.embeddinglab.evaluation;

import io.github.embeddinglab.api.BenchmarkPlan;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.evaluation.suites.Forecast;
import io.github.embeddinglab.evaluation.suites.QualitySuite;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Tells before a run what it will take, and during it what is left. The time left is the forecast's share that is not done,
 * at the pace seen so far.
 */
final class Course implements QualitySuite.Listener {
    private static final double SECONDS_PER_MINUTE = 60;
    private static final double MILLION = 1e6;
    private static final double NANOS = 1e9;

    private final BenchmarkPlan plan;
    private final Map<String, Forecast> forecasts = new LinkedHashMap<>();
    private final double expected;
    private final long texts;
    private long start;
    private double doneSeconds;
    private long doneTexts;
    private String current = "";
    private long doneLists;
    private long lastReport;

    private Course(BenchmarkPlan plan, Map<String, Forecast> forecasts) {
        this.plan = plan;
        this.forecasts.putAll(forecasts);
        this.expected = forecasts.values().stream().mapToDouble(Forecast::seconds).sum();
        this.texts = forecasts.values().stream().mapToLong(Forecast::texts).sum();
    }

    /** Looks at each entry with each model, and tells the sum. */
    static Course forecast(QualitySuite suite, Map<String, Embedder> models, BenchmarkPlan plan) {
        plan.notes().accept("looking at a few texts of each task, to tell how long it will take");
        Map<String, Forecast> forecasts = new LinkedHashMap<>();
        suite.evaluators().forEach((entry, evaluator) -> models.forEach((name, model) ->
                forecasts.put(key(entry.name(), name), Forecast.of(evaluator, model, plan.options()))));
        Course course = new Course(plan, forecasts);
        long tokens = forecasts.values().stream().mapToLong(Forecast::tokens).sum();
        double cached = forecasts.values().stream().mapToDouble(one -> one.cached() * one.texts()).sum();
        plan.notes().accept(String.format(
                Locale.ROOT,
                "%,d evaluations of %,d models: %,d texts, about %s tokens, %.0f %% of the texts in the cache; about %s of embedding",
                suite.evaluators().size(),
                models.size(),
                course.texts,
                tokens == 0 ? "an unknown number of" : String.format(Locale.ROOT, "%.1f million", tokens / MILLION),
                course.texts == 0 ? 0 : 100 * cached / course.texts,
                minutes(course.expected)));
        return course;
    }

    private static String key(String entry, String model) {
        return entry + " with " + model;
    }

    static String minutes(double seconds) {
        return seconds < SECONDS_PER_MINUTE
                ? String.format(Locale.ROOT, "%.0f s", Math.ceil(seconds))
                : String.format(Locale.ROOT, "%.0f min", Math.ceil(seconds / SECONDS_PER_MINUTE));
    }

    /** Options whose progress counts the texts of the whole run. */
    EvaluationOptions options() {
        return plan.options().progress(report -> {
            // an evaluation embeds several lists, each of which counts from 0
            if (report.done() < lastReport) {
                doneLists += lastReport;
            }
            lastReport = report.done();
            Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
            plan.options().progress().report(
                    new Progress(current, Math.min(texts, doneTexts + doneLists + lastReport), texts, elapsed));
        });
    }

    @Override
    public void begins(String entry, String model, long count) {
        if (start == 0) {
            start = System.nanoTime();
        } else {
            Forecast last = forecasts.getOrDefault(current, new Forecast(0, 0, 0, 0));
            doneSeconds += last.seconds();
            doneTexts += last.texts();
        }
        current = key(entry, model);
        doneLists = 0;
        lastReport = 0;
        double elapsed = (System.nanoTime() - start) / NANOS;
        // a pace of its own only once enough was seen
        double pace = doneSeconds > expected / 10 ? elapsed / doneSeconds : 1;
        plan.notes().accept(String.format(
                Locale.ROOT, "%s: %,d texts; about %s left", current, count, minutes(pace * (expected - doneSeconds))));
    }
}
