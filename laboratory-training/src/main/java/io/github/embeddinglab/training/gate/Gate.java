package io.github.embeddinglab.training.gate;

import io.github.embeddinglab.api.Difference;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuningReport.General;
import io.github.embeddinglab.api.training.FineTuningReport.Verdict;
import io.github.embeddinglab.evaluation.cache.CachingEmbedder;
import io.github.embeddinglab.evaluation.statistics.PairedTest;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Lets a tuned model pass that is better than its parent: both are loaded through the inference path and judged on the same units,
 * the paired bootstrap's interval of the difference must lie above 0 and the paired randomisation test must agree, and on a general
 * set the tuned model must not fall by more than the margin. Without a general set of the caller's, similarities between general
 * sentences must keep the parent's order: Spearman's correlation at least {@code preservation}.
 *
 * <p>With 95 % intervals a training without any effect passes one time in forty.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Gate {
    private final EmbeddingLaboratory laboratory;
    private final Judge judge;
    private final Keeping keeping;
    private final EvaluationOptions options;

    /**
     * Sets the gate up.
     *
     * @param laboratory loads the models
     * @param judge the gate's rows or task
     * @param judging the task on which the model must not fall, without one the sentences of this library; and where vectors are kept
     * @param recipe margins and seed
     * @param parent open as long as the gate is used
     */
    public Gate(
            EmbeddingLaboratory laboratory,
            Judge judge,
            FineTuning.Judging judging,
            FineTuning.Recipe recipe,
            Embedder parent) {
        this.laboratory = laboratory;
        this.judge = judge;
        EvaluationOptions seeded =
                EvaluationOptions.defaults().sampling(EvaluationOptions.defaults().sampling().withSeed(recipe.seed()));
        Path cache = judging.cache();
        this.options = cache == null ? seeded : seeded.cache(cache);
        Embedder remembering = cache == null ? parent : CachingEmbedder.over(parent, cache);
        this.keeping = Keeping.of(laboratory.benchmarks(), judging.general(), recipe, remembering, options);
    }

    /**
     * What must not be lost.
     *
     * @return judged for the parent
     */
    public Keeping keeping() {
        return keeping;
    }

    /**
     * Scores of a model on the gate's data.
     *
     * @param model name or folder
     * @return scores with intervals
     */
    public Scores scores(String model) {
        return laboratory.benchmarks().evaluate(judge.evaluator(), model, options);
    }

    /**
     * The baselines' scores on the gate's data, as BM25's.
     *
     * @return one for each baseline
     */
    public List<Scores> baselines() {
        return judge.evaluator().baselines(options);
    }

    /**
     * Decides.
     *
     * @param before scores of the parent
     * @param after scores of the tuned model
     * @return with the reason; what passed counts as registered, the caller knows what cannot be
     */
    public Verdict decide(Scores before, Scores after) {
        String metric = judge.metric().isEmpty() ? before.figures().keySet().iterator().next() : judge.metric();
        Difference difference = PairedTest.compare(
                metric, before.figure(metric).measure(), after.figure(metric).measure(), options.sampling());
        double half = (difference.change().high() - difference.change().low()) / 2;
        General kept = keeping.report(laboratory.benchmarks().evaluate(keeping.evaluator(), after.subject().model(), options));
        boolean better = difference.shown() && difference.change().low() > 0;
        String gain = String.format(
                Locale.ROOT,
                "%s %.4f -> %.4f, %+.4f [%+.4f, %+.4f]",
                metric,
                difference.first(),
                difference.second(),
                difference.change().value(),
                difference.change().low(),
                difference.change().high());
        if (!better) {
            String why = difference.change().high() < 0 ? "worse than the parent" : "no gain over the parent was shown";
            return new Verdict(false, false, why + " on data that neither saw: " + gain
                    + String.format(Locale.ROOT, "; a gain of %.4f could have been shown", half), difference, half, kept);
        }
        if (!kept.held()) {
            return new Verdict(false, false, String.format(
                            Locale.ROOT,
                            "better on its data (%s), but it lost too much elsewhere: %s is %.4f, at least %.4f is asked for",
                            gain,
                            kept.name(),
                            kept.after(),
                            kept.least()), difference, half, kept);
        }
        return new Verdict(true, true, "better than the parent on data that neither saw: " + gain, difference, half, kept);
    }
}
