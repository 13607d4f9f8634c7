package io.github.embeddinglab.training.gate;

import io.github.embeddinglab.api.Benchmarks;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EvaluationData;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.api.training.FineTuning.Recipe;
import io.github.embeddinglab.api.training.FineTuningReport.General;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.evaluation.tasks.PreservationEvaluator;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * What a tuned model must not lose: a score on general data, by the margin at most; without such data of the caller's, the order of
 * similarities of general sentences (Spearman's correlation with the parent's at least {@code preservation}). The training mixes a
 * state that lost more with the parent, and the gate asks the written model.
 *
 * @param evaluator of the general data
 * @param metric that is kept, greater is better
 * @param name for reports
 * @param before the parent's score
 * @param least that is asked for
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Keeping(Evaluator evaluator, String metric, String name, double before, double least) {
    private static final String PRESERVED = "cosine_spearman";

    /**
     * Judges the parent by the general data of a training.
     *
     * @param benchmarks that judge
     * @param general the caller's task; null for the sentences of this library
     * @param recipe with margin and preservation
     * @param parent open as long as this is used
     * @param options of the evaluation
     * @return what is to be kept
     */
    public static Keeping of(
            Benchmarks benchmarks, @Nullable EvaluationData general, Recipe recipe, Embedder parent, EvaluationOptions options) {
        if (general == null) {
            return new Keeping(
                    PreservationEvaluator.of("general sentences", GeneralTexts.all(), parent),
                    PRESERVED,
                    "rank correlation of similarities of general sentences with the parent's",
                    1,
                    recipe.number(TrainingSetting.PRESERVATION).orElse(0.0));
        }
        Evaluator evaluator = benchmarks.evaluator(general);
        Scores before = evaluator.evaluate(parent, options);
        String metric = before.figures().keySet().iterator().next();
        double score = before.score(metric).value();
        return new Keeping(
                evaluator,
                metric,
                metric + " on " + before.subject().data(),
                score,
                score - recipe.number(TrainingSetting.MARGIN).orElse(0.0));
    }

    /**
     * The report of a tuned model.
     *
     * @param after its scores on the general data
     * @return before and after
     */
    public General report(Scores after) {
        return new General(name, before, after.score(metric).value(), least);
    }
}
