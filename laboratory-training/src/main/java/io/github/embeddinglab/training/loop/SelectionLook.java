package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.training.gate.Keeping;
import java.util.concurrent.CancellationException;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * How a model is looked at while it is trained: by the selection part, never by the gate's.
 *
 * @param evaluator over the selection part
 * @param metric that decides, greater is better
 * @param kept what the state that is taken should have kept; null where nothing is asked for
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record SelectionLook(Evaluator evaluator, String metric, @Nullable Keeping kept) {
    /** Intervals are not read, so they get the least number of resamples. */
    private static final EvaluationOptions QUICK =
            EvaluationOptions.defaults().sampling(Sampling.defaults().withResamples(100));

    double at(Embedder embedder) {
        return score(evaluator, metric, embedder);
    }

    /** The score that should be kept. */
    static double kept(Keeping keeping, Embedder embedder) {
        return score(keeping.evaluator(), keeping.metric(), embedder);
    }

    private static double score(Evaluator evaluator, String metric, Embedder embedder) {
        try {
            return evaluator.evaluate(embedder, QUICK).score(metric).value();
        } catch (CancellationException e) {
            throw new CancelledException("the look at the selection part was cancelled", e);
        }
    }
}
