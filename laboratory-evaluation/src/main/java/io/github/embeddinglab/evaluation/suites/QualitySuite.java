package io.github.embeddinglab.evaluation.suites;

import io.github.embeddinglab.api.Benchmarks;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Scores;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Runs every entry of a catalogue on every model. All data are read, and so checked, before the first model is loaded. With
 * a cache in the options a run after a kill computes only what is missing and gives the same report.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class QualitySuite {
    private final Map<Catalogue.Entry, Evaluator> evaluators = new LinkedHashMap<>();
    private final Benchmarks benchmarks;

    private QualitySuite(Benchmarks benchmarks) {
        this.benchmarks = benchmarks;
    }

    /**
     * One evaluation with all that is needed to compare it.
     *
     * @param entry of the catalogue
     * @param model its name, or that of a baseline
     * @param baseline whether it is a baseline, as BM25, and no model
     * @param scores what was found
     */
    public record Judged(Catalogue.Entry entry, String model, boolean baseline, Scores scores) {}

    /** Told before each evaluation. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Takes a note.
         *
         * @param entry that begins
         * @param model that is judged
         * @param texts it will embed
         */
        void begins(String entry, String model, long texts);
    }

    /**
     * Reads the data of a catalogue.
     *
     * @param catalogue what to evaluate
     * @param benchmarks the room of a laboratory
     * @return the suite
     * @throws InvalidInputException when data are malformed
     */
    public static QualitySuite of(Catalogue catalogue, Benchmarks benchmarks) {
        QualitySuite suite = new QualitySuite(benchmarks);
        for (Catalogue.Entry entry : catalogue.entries()) {
            suite.evaluators.put(entry, benchmarks.evaluator(entry.data()));
        }
        return suite;
    }

    /**
     * What a run will embed for each model.
     *
     * @return texts
     */
    public long texts() {
        return evaluators.values().stream().mapToLong(Evaluator::texts).sum();
    }

    /**
     * The evaluators by entry, as for a forecast.
     *
     * @return in the order of the catalogue
     */
    public Map<Catalogue.Entry, Evaluator> evaluators() {
        return Collections.unmodifiableMap(evaluators);
    }

    /**
     * Evaluates.
     *
     * @param models registry names or folders, at least one
     * @param options sampling, cache, progress
     * @param listener told before each evaluation
     * @return models within entries, after them the entry's baselines
     * @throws InvalidInputException when an entry's score does not exist
     */
    public List<Judged> judge(List<String> models, EvaluationOptions options, Listener listener) {
        List<Judged> judged = new ArrayList<>();
        evaluators.forEach((entry, evaluator) -> {
            for (String model : models) {
                listener.begins(entry.name(), model, evaluator.texts());
                Scores scores = benchmarks.evaluate(evaluator, model, options);
                // an unknown name is an error now, not a hole in the report
                scores.score(entry.score());
                judged.add(new Judged(entry, model, false, scores));
            }
            evaluator.baselines(options).forEach(scores ->
                    judged.add(new Judged(entry, scores.subject().model(), true, scores)));
        });
        return judged;
    }

    /**
     * Evaluates.
     *
     * @param models registry names or folders, at least one
     * @param options sampling, cache, progress
     * @param listener told before each evaluation
     * @return the report, models within entries
     * @throws InvalidInputException when an entry's score does not exist
     */
    public Report run(List<String> models, EvaluationOptions options, Listener listener) {
        return report(judge(models, options, listener), options);
    }

    /**
     * The report of evaluations.
     *
     * @param judged what was found
     * @param options that they were made with
     * @return values and intervals
     */
    public static Report report(List<Judged> judged, EvaluationOptions options) {
        return new Report(
                options.sampling(),
                judged.stream()
                        .map(one -> new Report.Result(
                                one.entry().name(),
                                one.entry().data().task(),
                                one.model(),
                                one.entry().score(),
                                one.scores().values()))
                        .toList());
    }
}
