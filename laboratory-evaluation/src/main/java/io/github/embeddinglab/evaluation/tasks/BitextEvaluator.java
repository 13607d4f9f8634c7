package io.github.embeddinglab.evaluation.tasks;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.evaluation.data.Bitext;
import io.github.embeddinglab.evaluation.metrics.MeanMeasure;
import io.github.embeddinglab.vectors.ExactSearch;
import io.github.embeddinglab.vectors.FloatMatrix;
import io.github.embeddinglab.vectors.Similarity;
import io.github.embeddinglab.vectors.TopK;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Whether a sentence's nearest neighbour by cosine is its translation. {@code f1} is that of the Tatoeba task: F1 of the
 * neighbours taken as labels, weighted by support, from the first language to the second; {@code margin_f1} is that of the
 * BUCC task: the ratio of the cosine to the mean cosine of both sentences' four nearest neighbours (Artetxe and Schwenk
 * 2019), at the best threshold.
 *
 * <p>Several files are several languages; the headline {@code f1} is then the mean over files, and each file has its own
 * figure. Units are sentences; a sample keeps all candidates, so its precision is not flattered by a thinner field.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class BitextEvaluator implements Evaluator {
    private static final int NEIGHBOURS = 4;

    private final String name;
    private final List<Bitext> files;

    private BitextEvaluator(String name, List<Bitext> files) {
        this.name = name;
        this.files = List.copyOf(files);
    }

    /**
     * Makes the evaluator.
     *
     * @param name of the data
     * @param files at least one, with different names
     * @return the evaluator
     */
    public static BitextEvaluator of(String name, List<Bitext> files) {
        return new BitextEvaluator(name, files);
    }

    @Override
    public String task() {
        return "bitext";
    }

    @Override
    public long texts() {
        return files.stream().mapToLong(file -> 2L * file.sources().size()).sum();
    }

    @Override
    public Scores evaluate(Embedder embedder, EvaluationOptions options) {
        Run run = new Run(embedder, options);
        Map<String, double[]> f1 = new LinkedHashMap<>();
        Map<String, double[]> hits = new LinkedHashMap<>();
        Map<String, MarginF1> margins = new LinkedHashMap<>();
        int threads = Runtime.getRuntime().availableProcessors();
        for (Bitext file : files) {
            FloatMatrix sources = Run.matrix(run.embed(file.sources(), Role.NONE)).normalized();
            FloatMatrix targets = Run.matrix(run.embed(file.targets(), Role.NONE)).normalized();
            TopK forward = ExactSearch.over(targets, Similarity.DOT).search(sources, NEIGHBOURS, threads);
            TopK backward = ExactSearch.over(sources, Similarity.DOT).search(targets, NEIGHBOURS, threads);
            f1.put(file.name(), f1(forward));
            hits.put(file.name(), hits(forward));
            margins.put(file.name(), MarginF1.of(sources, targets, forward, backward));
        }
        run.measure("f1", MeanOfFiles.of(List.copyOf(f1.values())));
        run.measure("accuracy", MeanOfFiles.of(List.copyOf(hits.values())));
        if (files.size() == 1) {
            margins.values().forEach(margin -> run.measure("margin_f1", margin));
        } else {
            f1.forEach((file, values) -> run.measure("f1_" + file, MeanMeasure.of(values)));
            margins.forEach((file, margin) -> run.measure("margin_f1_" + file, margin));
        }
        return run.finish(task(), name);
    }

    private static double[] hits(TopK forward) {
        double[] hits = new double[forward.queries()];
        for (int i = 0; i < hits.length; i++) {
            hits[i] = forward.id(i, 0) == i ? 1 : 0;
        }
        return hits;
    }

    /** A label that is hit and taken by m sentences has recall 1 and precision 1 / m. */
    private static double[] f1(TopK forward) {
        int[] taken = new int[forward.queries()];
        for (int i = 0; i < taken.length; i++) {
            taken[forward.id(i, 0)]++;
        }
        double[] f1 = new double[taken.length];
        for (int i = 0; i < f1.length; i++) {
            f1[i] = forward.id(i, 0) == i ? 2.0 / (1 + taken[i]) : 0;
        }
        return f1;
    }
}
