package io.github.embeddinglab.evaluation.calibration;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.evaluation.data.RetrievalSet;
import io.github.embeddinglab.vectors.ExactSearch;
import io.github.embeddinglab.vectors.FloatMatrix;
import io.github.embeddinglab.vectors.Similarity;
import io.github.embeddinglab.vectors.TopK;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * The best hits of judged queries by cosine, and which are relevant. A share of the queries, drawn with the seed, is made
 * unanswerable: their relevant documents are left out of the search, as if the collection did not hold them.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class JudgedHits {
    private static final int LEAST_QUERIES = 20;

    private final Fingerprint model;
    private final List<HitsOf.Query> queries;

    private JudgedHits(Fingerprint model, List<HitsOf.Query> queries) {
        this.model = model;
        this.queries = queries;
    }

    /**
     * What is searched.
     *
     * @param set documents, queries, judgements
     * @param unanswerable texts of further queries that no document answers
     * @param share of the judged queries that is made unanswerable, 0 to below 1
     * @param hits of each query, at least 1
     */
    public record Search(RetrievalSet set, List<String> unanswerable, double share, int hits) {
        /**
         * Copies and checks.
         *
         * @throws InvalidInputException when a number is out of range
         */
        public Search {
            unanswerable = List.copyOf(unanswerable);
            if (!(share >= 0 && share < 1) || hits < 1) {
                throw new InvalidInputException("a share of " + share + " unanswerable queries and " + hits
                        + " hits make no search; give a share from 0 to below 1, and at least 1 hit");
            }
        }
    }

    /**
     * Searches.
     *
     * @param search data
     * @param embedder the model; stays open
     * @param options seed and progress
     * @return the hits
     */
    public static JudgedHits of(Search search, Embedder embedder, EvaluationOptions options) {
        RetrievalSet set = search.set();
        List<String> ids = List.copyOf(set.documents().keySet());
        Map<String, Integer> rows = new HashMap<>();
        for (int row = 0; row < ids.size(); row++) {
            rows.put(ids.get(row), row);
        }
        FloatMatrix documents = matrix(embedder, List.copyOf(set.documents().values()), Role.DOCUMENT, options);
        List<String> judged = new ArrayList<>(set.judgements().keySet());
        Collections.shuffle(judged, new Random(options.sampling().seed()));
        int without = (int) Math.round(search.share() * judged.size());
        List<String> texts = new ArrayList<>();
        judged.forEach(id -> texts.add(set.queries().getOrDefault(id, "")));
        texts.addAll(search.unanswerable());
        FloatMatrix asked = matrix(embedder, texts, Role.QUERY, options);
        int most = set.judgements().values().stream().mapToInt(Map::size).max().orElse(0);
        int k = Math.min(documents.rows(), search.hits() + most);
        TopK found = ExactSearch.over(documents, Similarity.DOT)
                .search(asked, k, Runtime.getRuntime().availableProcessors());
        List<HitsOf.Query> queries = new ArrayList<>();
        for (int query = 0; query < texts.size(); query++) {
            Map<Integer, Integer> grades = new HashMap<>();
            if (query < judged.size()) {
                set.judgements().getOrDefault(judged.get(query), Map.of()).forEach((id, grade) -> {
                    Integer row = rows.get(id);
                    if (row != null) {
                        grades.put(row, grade);
                    }
                });
            }
            queries.add(query(found, query, grades, new Take(search.hits(), query < without)));
        }
        // answerable and unanswerable ones in one order, so that any half has both
        Collections.shuffle(queries, new Random(options.sampling().seed() + 1));
        return new JudgedHits(embedder.fingerprint(), queries);
    }

    private record Take(int hits, boolean withoutRelevant) {}

    private static HitsOf.Query query(TopK found, int query, Map<Integer, Integer> grades, Take take) {
        List<Double> scores = new ArrayList<>();
        List<Boolean> relevant = new ArrayList<>();
        for (int rank = 0; rank < found.k() && scores.size() < take.hits(); rank++) {
            boolean good = grades.getOrDefault(found.id(query, rank), 0) > 0;
            if (!(good && take.withoutRelevant())) {
                scores.add((double) found.score(query, rank));
                relevant.add(good);
            }
        }
        boolean[] which = new boolean[relevant.size()];
        for (int i = 0; i < which.length; i++) {
            which[i] = relevant.get(i);
        }
        boolean answerable = !take.withoutRelevant() && grades.values().stream().anyMatch(grade -> grade > 0);
        return new HitsOf.Query(scores.stream().mapToDouble(Double::doubleValue).toArray(), which, answerable);
    }

    private static FloatMatrix matrix(Embedder embedder, List<String> texts, Role role, EvaluationOptions options) {
        var rows = embedder.embed(texts, EmbedOptions.defaults().role(role).progress(options.progress()));
        return FloatMatrix.of(rows.toArray(), rows.rows(), rows.dimensions()).normalized();
    }

    /**
     * Queries, unanswerable ones included.
     *
     * @return how many
     */
    public int queries() {
        return queries.size();
    }

    /**
     * Queries that no document answers.
     *
     * @return how many
     */
    public int unanswerable() {
        return (int) queries.stream().filter(query -> !query.answerable()).count();
    }

    /**
     * Fits on all queries, and tells from random halves how far such a curve is off on queries that it has not seen.
     *
     * @param splits how the halves are drawn
     * @return the curves and their errors
     * @throws InvalidInputException when only one outcome occurs, or there are fewer than 20 queries
     */
    public Fitted fit(HeldOut.Splits splits) {
        if (queries.size() < LEAST_QUERIES) {
            throw new InvalidInputException(queries.size() + " queries are too few to calibrate on one half and judge on the other;"
                    + " give at least " + LEAST_QUERIES);
        }
        HitsOf all = new HitsOf(queries, Integer.MAX_VALUE);
        // a query's best hit is relevant more often than others of its score, so it has a curve of its own
        HitsOf best = new HitsOf(queries, 1);
        return new Fitted(
                Calibration.fit(model, all.scores(), all.relevant()),
                Calibration.fit(model, best.scores(), best.relevant()),
                HeldOut.measure(queries, Integer.MAX_VALUE, splits),
                HeldOut.measure(queries, 1, splits));
    }

    /**
     * Curves with their errors.
     *
     * @param hits probability that a hit is relevant, over the best hits of each query
     * @param best probability that a query's best hit is relevant: below, nothing relevant is here
     * @param hitsError of the first, on queries that were not fitted
     * @param bestError of the second
     */
    public record Fitted(Calibration hits, Calibration best, HeldOut hitsError, HeldOut bestError) {}
}
