package io.github.embeddinglab.evaluation.metrics;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * The grades that one query's ranking met, and the figures that trec_eval computes from them. A document is relevant
 * from grade 1 on; the gain of nDCG is the grade, its discount log2(rank + 1) (Järvelin and Kekäläinen 2002), its ideal
 * ranking holds all judged documents. A query without a relevant document has 0 everywhere. Each figure costs O(k).
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class RankedQuery {
    private static final int TABLE = 1024;
    private static final double[] DISCOUNTS = discounts();

    private final int[] ranks;
    private final int[] grades;
    private final int[] ideal;

    private RankedQuery(int[] ranks, int[] grades, int[] ideal) {
        this.ranks = ranks;
        this.grades = grades;
        this.ideal = ideal;
    }

    private static double[] discounts() {
        double[] table = new double[TABLE];
        for (int i = 0; i < TABLE; i++) {
            table[i] = Math.log(2) / Math.log(i + 2.0);
        }
        return table;
    }

    private static double discount(int rank) {
        return rank <= TABLE ? DISCOUNTS[rank - 1] : Math.log(2) / Math.log(rank + 1.0);
    }

    /**
     * From the grades along a ranking.
     *
     * @param ranking grade of the document at each rank, the best first; 0 where it was not judged
     * @param judged grades of all judged documents, in any order
     * @return the query
     */
    public static RankedQuery of(int[] ranking, int[] judged) {
        int[] at = new int[ranking.length];
        int[] met = new int[ranking.length];
        int count = 0;
        for (int i = 0; i < ranking.length; i++) {
            if (ranking[i] > 0) {
                at[count] = i + 1;
                met[count++] = ranking[i];
            }
        }
        return new RankedQuery(Arrays.copyOf(at, count), Arrays.copyOf(met, count), ideal(judged));
    }

    /**
     * From the ranks of the relevant documents, as where a ranking is long and few are relevant.
     *
     * @param ranks from 1, ascending, of the relevant documents that were found
     * @param grades theirs, above 0
     * @param judged grades of all judged documents, in any order
     * @return the query
     * @throws InvalidInputException when the ranks do not ascend from 1
     */
    public static RankedQuery ofRanks(int[] ranks, int[] grades, int[] judged) {
        for (int i = 0; i < ranks.length; i++) {
            if (ranks[i] < 1 || (i > 0 && ranks[i] <= ranks[i - 1]) || grades[i] < 1) {
                throw new InvalidInputException("rank " + ranks[i] + " with grade " + grades[i]
                        + " at place " + i + ": ranks must ascend from 1 and grades be above 0");
            }
        }
        return new RankedQuery(ranks.clone(), grades.clone(), ideal(judged));
    }

    /**
     * From scores by document; of equal scores the document whose id is greater (by bytes) comes first, as in trec_eval.
     *
     * @param scores by document id
     * @param judgements grade by document id
     * @return the query
     * @throws InvalidInputException when a score is NaN
     */
    public static RankedQuery of(Map<String, ? extends Number> scores, Map<String, Integer> judgements) {
        scores.forEach((id, score) -> {
            if (Double.isNaN(score.doubleValue())) {
                throw new InvalidInputException("document " + id + " has the score NaN; every score must be a number");
            }
        });
        List<String> ids = scores.keySet().stream()
                .sorted(Comparator.comparingDouble((String id) -> number(scores, id))
                        .reversed()
                        .thenComparing(DocumentOrder.DESCENDING))
                .toList();
        int[] ranking = ids.stream().mapToInt(id -> judgements.getOrDefault(id, 0)).toArray();
        return of(ranking, judgements.values().stream().mapToInt(Integer::intValue).toArray());
    }

    private static double number(Map<String, ? extends Number> scores, String id) {
        Number score = scores.get(id);
        return score == null ? Double.NaN : score.floatValue() + 0.0;
    }

    private static int[] ideal(int[] judged) {
        int[] positive = Arrays.stream(judged).filter(grade -> grade > 0).sorted().toArray();
        for (int i = 0, j = positive.length - 1; i < j; i++, j--) {
            int swap = positive[i];
            positive[i] = positive[j];
            positive[j] = swap;
        }
        return positive;
    }

    /**
     * How many judged documents are relevant.
     *
     * @return at least 0
     */
    public int relevant() {
        return ideal.length;
    }

    /**
     * Normalised discounted cumulative gain of the first k ranks.
     *
     * @param k at least 1
     * @return 0 to 1
     */
    public double ndcg(int k) {
        double best = 0;
        for (int i = 0; i < Math.min(k, ideal.length); i++) {
            best += ideal[i] * discount(i + 1);
        }
        double gain = 0;
        for (int i = 0; i < ranks.length && ranks[i] <= k; i++) {
            gain += grades[i] * discount(ranks[i]);
        }
        return best == 0 ? 0 : gain / best;
    }

    /**
     * Average precision over the first k ranks, divided by all relevant documents.
     *
     * @param k at least 1; {@link Integer#MAX_VALUE} for the whole ranking
     * @return 0 to 1
     */
    public double averagePrecision(int k) {
        double sum = 0;
        for (int i = 0; i < ranks.length && ranks[i] <= k; i++) {
            sum += (i + 1.0) / ranks[i];
        }
        return ideal.length == 0 ? 0 : sum / ideal.length;
    }

    /**
     * One by the rank of the first relevant document of the whole ranking.
     *
     * @return 0 to 1
     */
    public double reciprocalRank() {
        return ranks.length == 0 || ideal.length == 0 ? 0 : 1.0 / ranks[0];
    }

    /**
     * Share of the relevant documents that are among the first k.
     *
     * @param k at least 1
     * @return 0 to 1
     */
    public double recall(int k) {
        return ideal.length == 0 ? 0 : (double) found(k) / ideal.length;
    }

    /**
     * Share of the first k ranks that are relevant; ranks that do not exist count as not relevant.
     *
     * @param k at least 1
     * @return 0 to 1
     */
    public double precision(int k) {
        return (double) found(k) / k;
    }

    /**
     * Whether a relevant document is among the first k.
     *
     * @param k at least 1
     * @return 0 or 1
     */
    public double hit(int k) {
        return found(k) > 0 ? 1 : 0;
    }

    private int found(int k) {
        int found = 0;
        while (found < ranks.length && ranks[found] <= k) {
            found++;
        }
        return found;
    }
}
