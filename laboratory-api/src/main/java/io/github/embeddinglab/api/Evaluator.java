package io.github.embeddinglab.api;

import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Judges a model on data that it holds. To add a task of your own, implement this and hand it to
 * {@link Benchmarks#evaluate(Evaluator, String, EvaluationOptions)}. Immutable, safe for concurrent callers.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface Evaluator {
    /**
     * The task.
     *
     * @return lower-case name, as in {@code sts}
     */
    String task();

    /**
     * What it will embed.
     *
     * @return texts, repeated ones counted once for each time
     */
    long texts();

    /**
     * Evaluates a model.
     *
     * @param embedder the model; stays open
     * @param options sampling, roles, progress
     * @return scores with intervals
     * @throws InvalidInputException when the model gives a vector that is not finite
     * @throws CancelledException when the calling thread is interrupted
     */
    Scores evaluate(Embedder embedder, EvaluationOptions options);

    /**
     * What a model must beat, judged on the same data, as BM25 for retrieval.
     *
     * @param options sampling
     * @return scores of each baseline, none by default
     */
    default List<Scores> baselines(EvaluationOptions options) {
        return List.of();
    }
}
