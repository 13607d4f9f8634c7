package io.github.embeddinglab.evaluation.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Measure;
import io.github.embeddinglab.evaluation.statistics.Bootstrap;
import io.github.embeddinglab.testkit.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.correlation.PearsonsCorrelation;
import org.apache.commons.math3.stat.correlation.SpearmansCorrelation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Random cases against another library or against the definition, written out naively. */
@Tag("unit")
@ExtendWith(Seeds.class)
class SecondImplementationTest {
    private static final double CLOSE = 1e-9;
    private static final int ROUNDS = 60;

    private static double[] numbers(Random random, int n, boolean coarse) {
        return random.doubles(n, -3, 3).map(x -> coarse ? Math.rint(x) + 0.0 : x).toArray();
    }

    @Test
    void correlations(Seeds.Seed seed) {
        for (int round = 0; round < ROUNDS; round++) {
            Random random = seed.random(round);
            int n = 12 + random.nextInt(60);
            double[] x = numbers(random, n, round % 2 == 0);
            double[] y = numbers(random, n, round % 3 == 0);
            assertThat(Correlation.spearman(x, y).value())
                    .isCloseTo(new SpearmansCorrelation().correlation(x, y), within(CLOSE));
            assertThat(Correlation.pearson(x, y).value())
                    .isCloseTo(new PearsonsCorrelation().correlation(x, y), within(CLOSE));
        }
    }

    @Test
    void aConstantColumnHasNoCorrelation() {
        double[] constant = new double[50];
        Arrays.fill(constant, 0.1);
        double[] other = IntStream.range(0, 50).asDoubleStream().toArray();
        assertThat(Correlation.spearman(constant, other).value()).isNaN();
        assertThat(Correlation.pearson(other, constant).value()).isNaN();
        assertThatThrownBy(() -> Correlation.pearson(new double[] {1, Double.NaN}, new double[] {1, 2}))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("row 1");
    }

    @Test
    void rankings(Seeds.Seed seed) {
        for (int round = 0; round < ROUNDS; round++) {
            Random random = seed.random(round);
            int n = 1 + random.nextInt(40);
            Map<String, Double> scores = new TreeMap<>();
            Map<String, Integer> judged = new TreeMap<>();
            for (int i = 0; i < n; i++) {
                scores.put("d" + i, Math.rint(random.nextDouble() * 8));
                if (random.nextInt(3) == 0) {
                    judged.put("d" + (i + random.nextInt(3)), random.nextInt(5) - 1);
                }
            }
            List<String> order = new ArrayList<>(scores.keySet());
            order.sort((a, b) -> {
                int byScore = Double.compare(scores.getOrDefault(b, 0.0), scores.getOrDefault(a, 0.0));
                return byScore != 0 ? byScore : b.compareTo(a);
            });
            RankedQuery query = RankedQuery.of(scores, judged);
            for (int k : new int[] {1, 3, 10, 100}) {
                naive(query, order, judged, k, seed);
            }
        }
    }

    private static void naive(
            RankedQuery query, List<String> order, Map<String, Integer> judged, int k, Seeds.Seed seed) {
        long relevant = judged.values().stream().filter(grade -> grade > 0).count();
        double gain = 0;
        double precisions = 0;
        int hits = 0;
        for (int i = 0; i < Math.min(k, order.size()); i++) {
            int grade = Math.max(0, judged.getOrDefault(order.get(i), 0));
            gain += grade / (Math.log(i + 2.0) / Math.log(2));
            if (grade > 0) {
                hits++;
                precisions += (double) hits / (i + 1);
            }
        }
        double best = 0;
        List<Integer> ideal = judged.values().stream().filter(g -> g > 0).sorted((a, b) -> b - a).toList();
        for (int i = 0; i < Math.min(k, ideal.size()); i++) {
            best += ideal.get(i) / (Math.log(i + 2.0) / Math.log(2));
        }
        assertThat(query.ndcg(k)).as(seed::toString).isCloseTo(best == 0 ? 0 : gain / best, within(CLOSE));
        assertThat(query.averagePrecision(k)).isCloseTo(relevant == 0 ? 0 : precisions / relevant, within(CLOSE));
        assertThat(query.recall(k)).isCloseTo(relevant == 0 ? 0 : (double) hits / relevant, within(CLOSE));
        assertThat(query.precision(k)).isCloseTo((double) hits / k, within(CLOSE));
        assertThat(query.hit(k)).isEqualTo(hits > 0 ? 1 : 0);
    }

    @Test
    void thresholds(Seeds.Seed seed) {
        for (int round = 0; round < ROUNDS; round++) {
            Random random = seed.random(round);
            int n = 5 + random.nextInt(40);
            double[] scores = numbers(random, n, round % 2 == 0);
            boolean[] positive = new boolean[n];
            for (int i = 0; i < n; i++) {
                positive[i] = random.nextInt(3) == 0;
            }
            positive[0] = true;
            BinaryRanking ranking = BinaryRanking.of(scores, positive);
            double f1 = 0;
            double accuracy = 0;
            double average = 0;
            double recallBefore = 0;
            long positives = IntStream.range(0, n).filter(i -> positive[i]).count();
            for (double threshold : Arrays.stream(scores).distinct().map(x -> -x).sorted().map(x -> -x).toArray()) {
                long hits = IntStream.range(0, n).filter(i -> positive[i] && scores[i] >= threshold).count();
                long accepted = Arrays.stream(scores).filter(x -> x >= threshold).count();
                f1 = Math.max(f1, 2.0 * hits / (accepted + positives));
                long right = IntStream.range(0, n).filter(i -> positive[i] == scores[i] >= threshold).count();
                accuracy = Math.max(accuracy, (double) right / n);
                double recall = (double) hits / positives;
                average += (recall - recallBefore) * hits / accepted;
                recallBefore = recall;
            }
            assertThat(Bootstrap.onAll(ranking.bestF1())).as(seed::toString).isCloseTo(f1, within(CLOSE));
            assertThat(Bootstrap.onAll(ranking.bestAccuracy())).isCloseTo(accuracy, within(CLOSE));
            assertThat(Bootstrap.onAll(ranking.averagePrecision())).isCloseTo(average, within(CLOSE));
            double at = ranking.thresholdOfF1().threshold();
            long hits = IntStream.range(0, n).filter(i -> positive[i] && scores[i] >= at).count();
            long accepted = Arrays.stream(scores).filter(x -> x >= at).count();
            assertThat(2.0 * hits / (accepted + positives)).isCloseTo(f1, within(CLOSE));
        }
    }

    @Test
    void labels(Seeds.Seed seed) {
        for (int round = 0; round < ROUNDS; round++) {
            Random random = seed.random(round);
            int n = 5 + random.nextInt(40);
            List<Integer> gold = random.ints(n, 0, 4).boxed().toList();
            List<Integer> predicted = random.ints(n, 0, 6).boxed().toList();
            double macro = 0;
            double weighted = 0;
            TreeSet<Integer> labels = new TreeSet<>(gold);
            labels.addAll(predicted);
            for (int label : labels) {
                long hit = count(n, i -> gold.get(i) == label && predicted.get(i) == label);
                long inGold = count(n, i -> gold.get(i) == label);
                double f1 = 2.0 * hit / (inGold + count(n, i -> predicted.get(i) == label));
                macro += f1 / labels.size();
                weighted += f1 * inGold / n;
            }
            LabelAgreement agreement = LabelAgreement.of(gold, predicted);
            assertThat(Bootstrap.onAll(agreement.macroF1())).as(seed::toString).isCloseTo(macro, within(CLOSE));
            assertThat(Bootstrap.onAll(agreement.weightedF1())).isCloseTo(weighted, within(CLOSE));
            // adjusted Rand by counting pairs
            double both = 0;
            double inGold = 0;
            double inPredicted = 0;
            double all = n * (n - 1) / 2.0;
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < i; j++) {
                    boolean g = gold.get(i).equals(gold.get(j));
                    boolean p = predicted.get(i).equals(predicted.get(j));
                    both += g && p ? 1 : 0;
                    inGold += g ? 1 : 0;
                    inPredicted += p ? 1 : 0;
                }
            }
            double expected = inGold * inPredicted / all;
            assertThat(Bootstrap.onAll(agreement.adjustedRand()))
                    .isCloseTo((both - expected) / ((inGold + inPredicted) / 2 - expected), within(1e-9));
            assertThat(Bootstrap.onAll(agreement.vMeasure()))
                    .isCloseTo(Bootstrap.onAll(agreement.normalizedMutualInformation()), within(CLOSE));
        }
    }

    private static long count(int n, java.util.function.IntPredicate which) {
        return IntStream.range(0, n).filter(which).count();
    }

    @Test
    void countsMeanTheSampleWrittenOut(Seeds.Seed seed) {
        for (int round = 0; round < ROUNDS; round++) {
            Random random = seed.random(round);
            int n = 8 + random.nextInt(30);
            double[] x = numbers(random, n, true);
            double[] y = numbers(random, n, round % 2 == 0);
            int[] counts = new int[n];
            int[] rows = random.ints(n, 0, n).toArray();
            for (int row : rows) {
                counts[row]++;
            }
            double[] sampledX = Arrays.stream(rows).mapToDouble(row -> x[row]).toArray();
            double[] sampledY = Arrays.stream(rows).mapToDouble(row -> y[row]).toArray();
            List<Function<double[][], Measure>> makers = List.of(
                    c -> Correlation.spearman(c[0], c[1]),
                    c -> Correlation.pearson(c[0], c[1]),
                    c -> MeanMeasure.of(c[0]),
                    c -> BinaryRanking.of(c[0], flags(c[1])).bestF1(),
                    c -> BinaryRanking.of(c[0], flags(c[1])).bestAccuracy(),
                    c -> BinaryRanking.of(c[0], flags(c[1])).averagePrecision(),
                    c -> LabelAgreement.of(names(c[0]), names(c[1])).macroF1(),
                    c -> LabelAgreement.of(names(c[0]), names(c[1])).vMeasure(),
                    c -> LabelAgreement.of(names(c[0]), names(c[1])).adjustedRand(),
                    c -> LabelAgreement.of(names(c[0]), names(c[1])).accuracy());
            for (int m = 0; m < makers.size(); m++) {
                double withCounts = makers.get(m).apply(new double[][] {x, y}).on(counts);
                double writtenOut = Bootstrap.onAll(makers.get(m).apply(new double[][] {sampledX, sampledY}));
                assertThat(withCounts).as("measure %d, %s", m, seed).isEqualTo(writtenOut, within(CLOSE));
            }
        }
    }

    private static boolean[] flags(double[] values) {
        boolean[] flags = new boolean[values.length];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = values[i] > 0.4;
        }
        return flags;
    }

    private static List<Long> names(double[] values) {
        return Arrays.stream(values).mapToObj(Math::round).toList();
    }
}
