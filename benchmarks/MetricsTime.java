import io.github.embeddinglab.evaluation.metrics.RankedQuery;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Time of all retrieval metrics at six cuts for 10,000 queries x 1,000 ranks on one thread: {@code java -cp laboratory-evaluation/target/classes:laboratory-api/target/classes benchmarks/MetricsTime.java}.
 * A query has 1 to 20 relevant documents with grades of 1 to 3, of which some are not found; six rounds, seconds each.
 */
public final class MetricsTime {
    private static final int QUERIES = 10_000;
    private static final int RANKS = 1000;
    private static final int[] CUTS = {1, 3, 5, 10, 20, 100};

    private MetricsTime() {}

    public static void main(String[] args) {
        Random random = new Random(7);
        int[][] rankings = new int[QUERIES][];
        int[][] judged = new int[QUERIES][];
        for (int q = 0; q < QUERIES; q++) {
            judged[q] = IntStream.range(0, 1 + random.nextInt(20)).map(i -> 1 + random.nextInt(3)).toArray();
            rankings[q] = new int[RANKS];
            for (int grade : judged[q]) {
                if (random.nextInt(4) > 0) {
                    rankings[q][random.nextInt(RANKS)] = grade;
                }
            }
        }
        for (int round = 0; round < 6; round++) {
            long start = System.nanoTime();
            double sum = 0;
            for (int q = 0; q < QUERIES; q++) {
                RankedQuery query = RankedQuery.of(rankings[q], judged[q]);
                for (int k : CUTS) {
                    sum += query.ndcg(k) + query.recall(k) + query.precision(k) + query.averagePrecision(k) + query.hit(k);
                }
                sum += query.averagePrecision(RANKS) + query.reciprocalRank();
            }
            System.out.printf("%.3f s (sum of all scores %.4f)%n", (System.nanoTime() - start) / 1e9, sum);
        }
    }
}
