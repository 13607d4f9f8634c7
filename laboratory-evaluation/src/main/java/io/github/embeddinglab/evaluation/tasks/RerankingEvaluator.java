package io.github.embeddinglab.evaluation.tasks;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.evaluation.data.RankedCandidates;
import io.github.embeddinglab.evaluation.metrics.MeanMeasure;
import io.github.embeddinglab.evaluation.metrics.PairScore;
import io.github.embeddinglab.evaluation.metrics.RankedQuery;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Puts each query's own candidates in order by cosine: MAP, MRR and nDCG@10. Of equal scores a negative text comes first,
 * so a model that cannot tell texts apart gains nothing. Units are queries.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class RerankingEvaluator implements Evaluator {
    private static final int CUT = 10;

    private final RankedCandidates data;

    private RerankingEvaluator(RankedCandidates data) {
        this.data = data;
    }

    /**
     * Makes the evaluator.
     *
     * @param data queries with their candidates
     * @return the evaluator
     */
    public static RerankingEvaluator of(RankedCandidates data) {
        return new RerankingEvaluator(data);
    }

    @Override
    public String task() {
        return "reranking";
    }

    @Override
    public long texts() {
        return data.queries().stream()
                .mapToLong(query -> 1L + query.positive().size() + query.negative().size())
                .sum();
    }

    @Override
    public Scores evaluate(Embedder embedder, EvaluationOptions options) {
        Run run = new Run(embedder, options);
        List<String> texts = new ArrayList<>();
        data.queries().forEach(query -> {
            texts.addAll(query.negative());
            texts.addAll(query.positive());
        });
        Embeddings candidates = run.embed(texts, Role.DOCUMENT);
        Embeddings queries =
                run.embed(data.queries().stream().map(RankedCandidates.Query::text).toList(), Role.QUERY);
        int n = data.queries().size();
        double[] map = new double[n];
        double[] mrr = new double[n];
        double[] ndcg = new double[n];
        int first = 0;
        for (int q = 0; q < n; q++) {
            RankedCandidates.Query query = data.queries().get(q);
            int negatives = query.negative().size();
            int count = negatives + query.positive().size();
            double[] scores = new double[count];
            for (int i = 0; i < count; i++) {
                scores[i] = PairScore.COSINE.of(queries.row(q), candidates.row(first + i));
            }
            int[] ranking = IntStream.range(0, count)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer i) -> scores[i]).reversed())
                    .mapToInt(i -> i < negatives ? 0 : 1)
                    .toArray();
            int[] judged = new int[query.positive().size()];
            Arrays.fill(judged, 1);
            RankedQuery ranked = RankedQuery.of(ranking, judged);
            map[q] = ranked.averagePrecision(Integer.MAX_VALUE);
            mrr[q] = ranked.reciprocalRank();
            ndcg[q] = ranked.ndcg(CUT);
            first += count;
        }
        long easy = data.queries().stream().filter(query -> query.negative().isEmpty()).count();
        if (easy > 0) {
            run.note(easy + " of " + n + " queries have no negative text; nothing can stand above their positive ones");
        }
        run.measure("map", MeanMeasure.of(map));
        run.measure("mrr", MeanMeasure.of(mrr));
        run.measure("ndcg@" + CUT, MeanMeasure.of(ndcg));
        return run.finish(task(), data.name());
    }
}
