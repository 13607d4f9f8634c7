package io.github.embeddinglab.evaluation.tasks;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.evaluation.data.SimilarityPairs;
import io.github.embeddinglab.evaluation.metrics.Correlation;
import io.github.embeddinglab.evaluation.metrics.PairScore;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Semantic textual similarity: Spearman and Pearson correlation of people's scores with cosine, dot product and negated
 * Euclidean and Manhattan distance. Units are pairs.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class StsEvaluator implements Evaluator {
    private final SimilarityPairs pairs;

    private StsEvaluator(SimilarityPairs pairs) {
        this.pairs = pairs;
    }

    /**
     * Makes the evaluator.
     *
     * @param pairs the data
     * @return the evaluator
     */
    public static StsEvaluator of(SimilarityPairs pairs) {
        return new StsEvaluator(pairs);
    }

    @Override
    public String task() {
        return "sts";
    }

    @Override
    public long texts() {
        return 2L * pairs.first().size();
    }

    @Override
    public Scores evaluate(Embedder embedder, EvaluationOptions options) {
        Run run = new Run(embedder, options);
        Embeddings first = run.embed(pairs.first(), Role.NONE);
        Embeddings second = run.embed(pairs.second(), Role.NONE);
        double[] gold = pairs.scores().stream().mapToDouble(Double::doubleValue).toArray();
        for (PairScore kind : PairScore.values()) {
            double[] scores = kind.ofRows(first, second);
            run.measure(kind + "_spearman", Correlation.spearman(scores, gold));
            run.measure(kind + "_pearson", Correlation.pearson(scores, gold));
        }
        return run.finish(task(), pairs.name());
    }
}
