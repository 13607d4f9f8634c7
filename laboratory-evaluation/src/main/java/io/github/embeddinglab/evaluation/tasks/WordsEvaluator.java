package io.github.embeddinglab.evaluation.tasks;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.evaluation.clustering.MiniBatchKMeans;
import io.github.embeddinglab.evaluation.data.Analogies;
import io.github.embeddinglab.evaluation.data.LabelledTexts;
import io.github.embeddinglab.evaluation.data.SimilarityPairs;
import io.github.embeddinglab.evaluation.metrics.Correlation;
import io.github.embeddinglab.evaluation.metrics.LabelAgreement;
import io.github.embeddinglab.evaluation.metrics.MeanMeasure;
import io.github.embeddinglab.evaluation.metrics.PairScore;
import io.github.embeddinglab.vectors.ExactSearch;
import io.github.embeddinglab.vectors.FloatMatrix;
import io.github.embeddinglab.vectors.Similarity;
import io.github.embeddinglab.vectors.TopK;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Word lists: similarity (Spearman of cosine with people's scores; units are pairs), analogy (3CosAdd over the words of
 * the list, the three given ones excluded; Mikolov et al. 2013; units are questions), categorisation (k-means against the
 * true categories; units are words).
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class WordsEvaluator implements Evaluator {
    private static final int GIVEN = 3;

    private final String name;
    private final long texts;
    private final Part part;

    private interface Part {
        void judge(Run run, long seed);
    }

    private WordsEvaluator(String name, long texts, Part part) {
        this.name = name;
        this.texts = texts;
        this.part = part;
    }

    /**
     * Similarity of word pairs.
     *
     * @param pairs words with people's scores
     * @return the evaluator
     */
    public static WordsEvaluator similarity(SimilarityPairs pairs) {
        return new WordsEvaluator(pairs.name(), 2L * pairs.first().size(), (run, seed) -> {
            double[] scores = PairScore.COSINE.ofRows(
                    run.embed(pairs.first(), Role.NONE), run.embed(pairs.second(), Role.NONE));
            double[] gold = pairs.scores().stream().mapToDouble(Double::doubleValue).toArray();
            run.measure("cosine_spearman", Correlation.spearman(scores, gold));
            run.measure("cosine_pearson", Correlation.pearson(scores, gold));
        });
    }

    /**
     * Word categories.
     *
     * @param words with their categories
     * @return the evaluator
     */
    public static WordsEvaluator categorisation(LabelledTexts words) {
        return new WordsEvaluator(words.name(), words.texts().size(), (run, seed) -> {
            float[][] points = run.embed(words.texts(), Role.NONE).toArrays();
            int k = new TreeSet<>(words.labels()).size();
            LabelAgreement agreement =
                    LabelAgreement.of(words.labels(), MiniBatchKMeans.cluster(points, k, points.length, seed));
            run.measure("v_measure", agreement.vMeasure());
            run.measure("adjusted_rand", agreement.adjustedRand());
        });
    }

    /**
     * Word analogies.
     *
     * @param analogies the questions
     * @return the evaluator
     */
    public static WordsEvaluator analogy(Analogies analogies) {
        Map<String, Integer> rows = new LinkedHashMap<>();
        for (Analogies.Question q : analogies.questions()) {
            for (String word : List.of(q.a(), q.b(), q.c(), q.target())) {
                rows.putIfAbsent(word, rows.size());
            }
        }
        return new WordsEvaluator(analogies.name(), rows.size(), (run, seed) -> {
            FloatMatrix words =
                    Run.matrix(run.embed(new ArrayList<>(rows.keySet()), Role.NONE)).normalized();
            int n = analogies.questions().size();
            float[] wanted = new float[n * words.columns()];
            for (int i = 0; i < n; i++) {
                Analogies.Question q = analogies.questions().get(i);
                for (int j = 0; j < words.columns(); j++) {
                    wanted[i * words.columns() + j] =
                            words.get(row(rows, q.b()), j) - words.get(row(rows, q.a()), j) + words.get(row(rows, q.c()), j);
                }
            }
            TopK found = ExactSearch.over(words, Similarity.DOT)
                    .search(FloatMatrix.of(wanted, n, words.columns()), GIVEN + 1, Runtime.getRuntime().availableProcessors());
            double[] hits = new double[n];
            for (int i = 0; i < n; i++) {
                Analogies.Question q = analogies.questions().get(i);
                List<Integer> given = List.of(row(rows, q.a()), row(rows, q.b()), row(rows, q.c()));
                int rank = 0;
                while (rank < found.k() && given.contains(found.id(i, rank))) {
                    rank++;
                }
                hits[i] = rank < found.k() && found.id(i, rank) == row(rows, q.target()) ? 1 : 0;
            }
            run.measure("accuracy", MeanMeasure.of(hits));
            run.note("candidates are the " + rows.size() + " words of the list");
        });
    }

    private static int row(Map<String, Integer> rows, String word) {
        return Objects.requireNonNull(rows.get(word));
    }

    @Override
    public String task() {
        return "words";
    }

    @Override
    public long texts() {
        return texts;
    }

    @Override
    public Scores evaluate(Embedder embedder, EvaluationOptions options) {
        Run run = new Run(embedder, options);
        part.judge(run, options.sampling().seed());
        return run.finish(task(), name);
    }
}
