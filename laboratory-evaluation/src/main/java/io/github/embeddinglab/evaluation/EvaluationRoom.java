package io.github.embeddinglab.evaluation;

import io.github.embeddinglab.api.BenchmarkPlan;
import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.BenchmarkReport;
import io.github.embeddinglab.api.AuditReport;
import io.github.embeddinglab.api.AuditSpec;
import io.github.embeddinglab.api.Benchmarks;
import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.Difference;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.EvaluationData;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.evaluation.audit.Audit;
import io.github.embeddinglab.evaluation.cache.CachingEmbedder;
import io.github.embeddinglab.evaluation.statistics.Holm;
import io.github.embeddinglab.evaluation.statistics.PairedTest;
import io.github.embeddinglab.evaluation.tasks.Tasks;
import java.util.ArrayList;
import java.util.concurrent.CancellationException;
import java.util.List;

/** Evaluates the models of one laboratory. */
final class EvaluationRoom implements Benchmarks {
    private final EmbeddingLaboratory laboratory;
    private final Tasks tasks;

    EvaluationRoom(EmbeddingLaboratory laboratory) {
        this.laboratory = laboratory;
        this.tasks = new Tasks(this::reference);
    }

    private Embedder reference(String name) {
        if (name.isEmpty()) {
            throw new ConfigurationException(
                    "task preservation compares with a second model; name it with the setting reference=MODEL");
        }
        return laboratory.models().load(name);
    }

    @Override
    public List<String> tasks() {
        return tasks.names();
    }

    @Override
    public Evaluator evaluator(EvaluationData data) {
        return tasks.make(data);
    }

    @Override
    public Scores evaluate(Evaluator evaluator, String model, EvaluationOptions options) {
        try (Embedder embedder = laboratory.models().load(model)) {
            return evaluator.evaluate(
                    options.cache().<Embedder>map(folder -> CachingEmbedder.over(embedder, folder)).orElse(embedder), options);
        } catch (CancellationException e) {
            throw new CancelledException("the evaluation of " + model + " was cancelled by an interrupt", e);
        }
    }

    @Override
    public AuditReport audit(AuditSpec spec, String model, EvaluationOptions options) {
        try (Embedder embedder = laboratory.models().load(model)) {
            return Audit.run(
                    spec,
                    laboratory.models(),
                    options.cache().<Embedder>map(folder -> CachingEmbedder.over(embedder, folder)).orElse(embedder),
                    options);
        }
    }

    @Override
    public List<Difference> compare(Scores first, Scores second) {
        requireSameData(first, second);
        List<Difference> differences = new ArrayList<>();
        first.figures().forEach((name, figure) -> {
            // a threshold is a setting, not a merit
            if (!name.endsWith("_threshold")
                    && second.figures().containsKey(name)
                    && figure.score().defined()
                    && second.score(name).defined()) {
                differences.add(PairedTest.compare(
                        name, figure.measure(), second.figure(name).measure(), first.sampling()));
            }
        });
        return Holm.correct(differences);
    }

    @Override
    public Difference compare(String score, Scores first, Scores second) {
        requireSameData(first, second);
        return PairedTest.compare(
                score, first.figure(score).measure(), second.figure(score).measure(), first.sampling());
    }

    @Override
    public BenchmarkReport run(BenchmarkPlan plan) {
        return BenchmarkRun.run(laboratory, plan);
    }

    private static void requireSameData(Scores first, Scores second) {
        if (!first.subject().task().equals(second.subject().task())
                || !first.subject().data().equals(second.subject().data())) {
            throw new InvalidInputException("scores of " + first.subject().task() + " on " + first.subject().data()
                    + " and of " + second.subject().task() + " on " + second.subject().data()
                    + " cannot be compared; evaluate both models on the same data");
        }
    }
}
