package io.github.embeddinglab.evaluation.tasks;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.evaluation.clustering.MiniBatchKMeans;
import io.github.embeddinglab.evaluation.data.LabelledTexts;
import io.github.embeddinglab.evaluation.metrics.ClusterGeometry;
import io.github.embeddinglab.evaluation.metrics.LabelAgreement;
import io.github.embeddinglab.evaluation.metrics.MeanMeasure;
import io.github.embeddinglab.evaluation.metrics.PairScore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Mini-batch k-means with as many clusters as labels, batches of 500: V-measure, adjusted Rand index, normalised mutual
 * information, and the cosine silhouette of the true labels. Units are texts; intervals are over texts with the clustering
 * as found. The silhouette costs O(n^2 d), so it is that of at most 4,000 texts, drawn with the seed.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class ClusteringEvaluator implements Evaluator {
    private static final int BATCH = 500;
    private static final int MOST_SILHOUETTES = 4_000;

    private final LabelledTexts data;

    private ClusteringEvaluator(LabelledTexts data) {
        this.data = data;
    }

    /**
     * Makes the evaluator.
     *
     * @param data texts with their true groups
     * @return the evaluator
     * @throws InvalidInputException when all texts have one label
     */
    public static ClusteringEvaluator of(LabelledTexts data) {
        if (new TreeSet<>(data.labels()).size() < 2) {
            throw new InvalidInputException("data " + data.name() + " has one label, \"" + data.labels().get(0)
                    + "\", so there is nothing to find; give texts of at least two labels");
        }
        return new ClusteringEvaluator(data);
    }

    @Override
    public String task() {
        return "clustering";
    }

    @Override
    public long texts() {
        return data.texts().size();
    }

    @Override
    public Scores evaluate(Embedder embedder, EvaluationOptions options) {
        Run run = new Run(embedder, options);
        float[][] points = run.embed(data.texts(), Role.NONE).toArrays();
        int k = new TreeSet<>(data.labels()).size();
        long seed = options.sampling().seed();
        List<Integer> found = MiniBatchKMeans.cluster(points, k, BATCH, seed);
        LabelAgreement agreement = LabelAgreement.of(data.labels(), found);
        run.measure("v_measure", agreement.vMeasure());
        run.measure("adjusted_rand", agreement.adjustedRand());
        run.measure("nmi", agreement.normalizedMutualInformation());
        silhouettes(run, points, seed);
        return run.finish(task(), data.name());
    }

    private void silhouettes(Run run, float[][] points, long seed) {
        List<Integer> rows = new ArrayList<>();
        for (int i = 0; i < points.length; i++) {
            rows.add(i);
        }
        if (rows.size() > MOST_SILHOUETTES) {
            Collections.shuffle(rows, new Random(seed));
            rows = rows.subList(0, MOST_SILHOUETTES);
            run.note("silhouette of " + MOST_SILHOUETTES + " of " + points.length + " texts");
        }
        List<String> labels = rows.stream().map(data.labels()::get).toList();
        int groups = new TreeSet<>(labels).size();
        if (groups < 2 || groups >= rows.size()) {
            run.note("silhouette left out: it needs 2 labels or more, and fewer than texts");
            return;
        }
        float[][] drawn = rows.stream().map(row -> points[row]).toArray(float[][]::new);
        run.measure("silhouette", MeanMeasure.of(ClusterGeometry.of(drawn, labels).silhouettes(PairScore.COSINE)));
    }
}
