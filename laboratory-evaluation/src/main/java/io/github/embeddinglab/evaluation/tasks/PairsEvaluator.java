package io.github.embeddinglab.evaluation.tasks;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.evaluation.data.SimilarityPairs;
import io.github.embeddinglab.evaluation.metrics.BinaryRanking;
import io.github.embeddinglab.evaluation.metrics.PairScore;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Whether pairs that belong together score higher than others: average precision, best F1 and best accuracy with their
 * thresholds, for cosine, dot product and negated Euclidean and Manhattan distance. Units are pairs.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class PairsEvaluator implements Evaluator {
    private static final double ALIKE = 0.5;

    private final SimilarityPairs pairs;

    private PairsEvaluator(SimilarityPairs pairs) {
        this.pairs = pairs;
    }

    /**
     * Makes the evaluator.
     *
     * @param pairs a score above .5 says that a pair belongs together
     * @return the evaluator
     */
    public static PairsEvaluator of(SimilarityPairs pairs) {
        return new PairsEvaluator(pairs);
    }

    @Override
    public String task() {
        return "pairs";
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
        boolean[] positive = new boolean[pairs.scores().size()];
        for (int i = 0; i < positive.length; i++) {
            positive[i] = pairs.scores().get(i) > ALIKE;
        }
        if (pairs.scores().stream().allMatch(score -> score > ALIKE)) {
            run.note("every pair has the label 1: the scores say nothing; add pairs that do not belong together");
        }
        for (PairScore kind : PairScore.values()) {
            BinaryRanking ranking = BinaryRanking.of(kind.ofRows(first, second), positive);
            run.measure(kind + "_ap", ranking.averagePrecision());
            run.measure(kind + "_f1", ranking.bestF1());
            run.measure(kind + "_f1_threshold", ranking.f1Threshold());
            run.measure(kind + "_accuracy", ranking.bestAccuracy());
            run.measure(kind + "_accuracy_threshold", ranking.accuracyThreshold());
        }
        return run.finish(task(), pairs.name());
    }
}
