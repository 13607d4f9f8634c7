package io.github.embeddinglab.evaluation.tasks;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.evaluation.data.Triplets;
import io.github.embeddinglab.evaluation.metrics.MeanMeasure;
import io.github.embeddinglab.evaluation.metrics.PairScore;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Share of triplets whose positive is nearer to the anchor than the negative is, under cosine, Euclidean and Manhattan
 * distance; equal distances are a miss. Units are triplets.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class TripletsEvaluator implements Evaluator {
    private final Triplets triplets;

    private TripletsEvaluator(Triplets triplets) {
        this.triplets = triplets;
    }

    /**
     * Makes the evaluator.
     *
     * @param triplets the data
     * @return the evaluator
     */
    public static TripletsEvaluator of(Triplets triplets) {
        return new TripletsEvaluator(triplets);
    }

    @Override
    public String task() {
        return "triplets";
    }

    @Override
    public long texts() {
        return 3L * triplets.anchors().size();
    }

    @Override
    public Scores evaluate(Embedder embedder, EvaluationOptions options) {
        Run run = new Run(embedder, options);
        Embeddings anchors = run.embed(triplets.anchors(), Role.NONE);
        Embeddings positives = run.embed(triplets.positives(), Role.NONE);
        Embeddings negatives = run.embed(triplets.negatives(), Role.NONE);
        for (PairScore kind : new PairScore[] {PairScore.COSINE, PairScore.EUCLIDEAN, PairScore.MANHATTAN}) {
            double[] near = kind.ofRows(anchors, positives);
            double[] far = kind.ofRows(anchors, negatives);
            double[] hits = new double[near.length];
            for (int i = 0; i < hits.length; i++) {
                hits[i] = near[i] > far[i] ? 1 : 0;
            }
            run.measure(kind + "_accuracy", MeanMeasure.of(hits));
        }
        return run.finish(task(), triplets.name());
    }
}
