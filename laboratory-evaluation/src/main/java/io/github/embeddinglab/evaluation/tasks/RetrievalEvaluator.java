package io.github.embeddinglab.evaluation.tasks;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.Measure;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.evaluation.baseline.Bm25;
import io.github.embeddinglab.evaluation.data.RetrievalSet;
import io.github.embeddinglab.evaluation.metrics.MeanMeasure;
import io.github.embeddinglab.evaluation.metrics.RankedQuery;
import io.github.embeddinglab.vectors.FloatMatrix;
import io.github.embeddinglab.vectors.MatrixProduct;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Search by cosine over all documents, judged as trec_eval does: nDCG, MAP, recall, precision and hit rate at 1, 3, 5, 10,
 * 20 and 100, MAP and MRR over the whole ranking. Queries and documents get the model's prompts for them. Units are judged
 * queries. O(q n d); scores are held for a block of queries only.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class RetrievalEvaluator implements Evaluator {
    private static final int[] CUTS = {10, 1, 3, 5, 20, 100};
    private static final int BLOCK_SCORES = 4_000_000;

    private final RetrievalSet set;
    private final JudgedRanks ranks;

    private RetrievalEvaluator(RetrievalSet set) {
        this.set = set;
        this.ranks = new JudgedRanks(set);
    }

    /**
     * Makes the evaluator.
     *
     * @param set the data
     * @return the evaluator
     */
    public static RetrievalEvaluator of(RetrievalSet set) {
        return new RetrievalEvaluator(set);
    }

    @Override
    public String task() {
        return "retrieval";
    }

    @Override
    public long texts() {
        return (long) set.documents().size() + set.judgements().size();
    }

    @Override
    public Scores evaluate(Embedder embedder, EvaluationOptions options) {
        Run run = new Run(embedder, options);
        set.notes().forEach(run::note);
        FloatMatrix documents = Run.matrix(run.embed(ranks.documentTexts(), Role.DOCUMENT)).normalized();
        FloatMatrix queries = Run.matrix(run.embed(ranks.queryTexts(), Role.QUERY)).normalized();
        figures(ranked(queries, documents)).forEach(run::measure);
        return run.finish(task(), set.name());
    }

    /**
     * nDCG of vectors that are at hand, by their dot products.
     *
     * @param set the data
     * @param documents one row a document, in the set's order
     * @param queries one row a judged query, in the order of the set's judgements
     * @param k ranks that count
     * @return its mean over judged queries
     */
    public static Measure ndcg(RetrievalSet set, FloatMatrix documents, FloatMatrix queries, int k) {
        RetrievalEvaluator evaluator = of(set);
        // ranks are counted in the order in which ties are broken
        List<String> given = List.copyOf(set.documents().keySet());
        Map<String, Integer> place = new HashMap<>();
        for (int i = 0; i < given.size(); i++) {
            place.put(given.get(i), i);
        }
        float[][] rows = evaluator.ranks.documentIds().stream()
                .map(id -> documents.row(place.getOrDefault(id, 0)))
                .toArray(float[][]::new);
        return mean(evaluator.ranked(queries, FloatMatrix.ofRows(rows)), query -> query.ndcg(k));
    }

    private RankedQuery[] ranked(FloatMatrix queries, FloatMatrix documents) {
        RankedQuery[] ranked = new RankedQuery[queries.rows()];
        int n = documents.rows();
        int block = Math.max(1, BLOCK_SCORES / n);
        int threads = Runtime.getRuntime().availableProcessors();
        for (int first = 0; first < ranked.length; first += block) {
            int count = Math.min(block, ranked.length - first);
            float[][] rows = new float[count][];
            for (int i = 0; i < count; i++) {
                rows[i] = queries.row(first + i);
            }
            float[] scores = MatrixProduct.scores(FloatMatrix.ofRows(rows), documents, threads);
            for (int i = 0; i < count; i++) {
                ranked[first + i] = ranks.rank(first + i, scores, i * n, Float.NEGATIVE_INFINITY);
            }
        }
        return ranked;
    }

    /** BM25 with k1 = 0.9 and b = 0.4 on the same data. */
    @Override
    public List<Scores> baselines(EvaluationOptions options) {
        Bm25 bm25 = Bm25.over(ranks.documentTexts());
        List<String> texts = ranks.queryTexts();
        RankedQuery[] ranked = new RankedQuery[texts.size()];
        for (int i = 0; i < ranked.length; i++) {
            // a document that shares no word is not found
            ranked[i] = ranks.rank(i, bm25.scores(texts.get(i)), 0, 0);
        }
        Scores.Subject subject = new Scores.Subject(task(), set.name(), "bm25", Bm25.FINGERPRINT);
        return List.of(Run.scores(subject, options, figures(ranked), set.notes()));
    }

    static Map<String, Measure> figures(RankedQuery[] ranked) {
        Map<String, Measure> figures = new LinkedHashMap<>();
        for (int k : CUTS) {
            figures.put("ndcg@" + k, mean(ranked, query -> query.ndcg(k)));
        }
        figures.put("map", mean(ranked, query -> query.averagePrecision(Integer.MAX_VALUE)));
        figures.put("mrr", mean(ranked, RankedQuery::reciprocalRank));
        for (int k : CUTS) {
            figures.put("map@" + k, mean(ranked, query -> query.averagePrecision(k)));
            figures.put("recall@" + k, mean(ranked, query -> query.recall(k)));
            figures.put("precision@" + k, mean(ranked, query -> query.precision(k)));
            figures.put("hit_rate@" + k, mean(ranked, query -> query.hit(k)));
        }
        return figures;
    }

    private static Measure mean(RankedQuery[] ranked, ToDoubleFunction<RankedQuery> figure) {
        double[] values = new double[ranked.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = figure.applyAsDouble(ranked[i]);
        }
        return MeanMeasure.of(values);
    }
}
