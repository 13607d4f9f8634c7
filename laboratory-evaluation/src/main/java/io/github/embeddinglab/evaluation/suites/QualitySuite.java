package io.github.embeddinglab.evaluation.suites;

import io.github.embeddinglab.api.Benchmarks;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Scores;
import java.util.ArrayList;
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
     * Evaluates.
     *
     * @param models registry names or folders, at least one
     * @param options sampling, cache, progress
     * @param listener told before each evaluation
     * @return the report, models within entries
     * @throws InvalidInputException when an entry's score does not exist
     */
    public Report run(List<String> models, EvaluationOptions options, Listener listener) {
        List<Report.Result> results = new ArrayList<>();
        evaluators.forEach((entry, evaluator) -> {
            for (String model : models) {
                listener.begins(entry.name(), model, evaluator.texts());
                Scores scores = benchmarks.evaluate(evaluator, model, options);
                // an unknown name is an error now, not a hole in the report
                scores.score(entry.score());
                results.add(new Report.Result(entry.name(), entry.data().task(), model, entry.score(), scores.values()));
            }
        });
        return new Report(options.sampling(), results);
    }
}
