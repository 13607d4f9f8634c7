package io.github.embeddinglab.api;

import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Evaluation and benchmarks; provided by {@code laboratory-evaluation}. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface Benchmarks extends Room {
    /**
     * The tasks that have an evaluator.
     *
     * @return their names, in alphabetical order
     */
    List<String> tasks();

    /**
     * Reads data and makes the evaluator for them.
     *
     * @param data task and files
     * @return an evaluator that may judge any number of models
     * @throws InvalidInputException when a file is malformed (with its line), or holds no unit to judge by
     */
    Evaluator evaluator(EvaluationData data);

    /**
     * Evaluates a model.
     *
     * @param evaluator made from files, from memory, or your own
     * @param model registry name or folder
     * @param options sampling, roles, cache, progress
     * @return scores with intervals
     */
    Scores evaluate(Evaluator evaluator, String model, EvaluationOptions options);

    /**
     * Evaluates a model with the defaults.
     *
     * @param data task and files
     * @param model registry name or folder
     * @return scores with intervals
     */
    default Scores evaluate(EvaluationData data, String model) {
        return evaluate(evaluator(data), model, EvaluationOptions.defaults());
    }

    /**
     * Tests whether two models differ on the same units: paired bootstrap and paired randomisation, Holm's correction over
     * all scores that both have. Thresholds are left out.
     *
     * @param first scores of one model
     * @param second scores of another on the same data
     * @return one difference for each score that both have and that is defined
     * @throws InvalidInputException when task, data or units differ
     */
    List<Difference> compare(Scores first, Scores second);

    /**
     * Tests whether two models differ in one score, without correction for several comparisons.
     *
     * @param score as in {@code cosine_spearman}
     * @param first scores of one model
     * @param second scores of another on the same data
     * @return the difference
     */
    Difference compare(String score, Scores first, Scores second);

    /**
     * Runs suites. All data are read, and so checked, before the first model is loaded. With a cache in the plan's options a
     * run after a kill computes only what is missing and gives the same scores.
     *
     * @param plan models, suites, data, how long to measure
     * @return the report
     * @throws ConfigurationException when a suite needs a catalogue and there is none
     * @throws InvalidInputException when data are malformed
     */
    BenchmarkReport run(BenchmarkPlan plan);

    /**
     * Runs all suites with the defaults; {@link #run} takes more settings, and folders as models.
     *
     * @param models the first is the one that the others are held against
     * @return the report, with the ten promises
     */
    default BenchmarkReport runAll(List<ModelId> models) {
        return run(BenchmarkPlan.of(models.stream().map(ModelId::value).toList()));
    }

    /**
     * Embeds a sample of exported texts again and names the cause of every difference to the stored vectors.
     *
     * @param spec texts, vectors, and optionally queries with judgements
     * @param model the model that the store is said to be of
     * @param options sampling, cache, progress
     * @return findings, none for a clean store
     * @throws InvalidInputException when a file is malformed (with its line)
     */
    AuditReport audit(AuditSpec spec, String model, EvaluationOptions options);
}
