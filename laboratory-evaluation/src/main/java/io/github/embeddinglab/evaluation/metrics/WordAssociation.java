package io.github.embeddinglab.evaluation.metrics;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Word embedding association test (Caliskan et al. 2017): whether targets X are nearer to attributes A, and targets Y to B.
 * The association of a target is its mean cosine to A less that to B.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class WordAssociation {
    private static final long MOST_EXACT = 200_000;
    private static final double ROUNDING = 1e-12;

    private final double[] x;
    private final double[] y;

    private WordAssociation(double[] x, double[] y) {
        this.x = x;
        this.y = y;
    }

    /**
     * The two targets.
     *
     * @param x vectors of the first
     * @param y vectors of the second, as many
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Targets(float[][] x, float[][] y) {}

    /**
     * The two attributes.
     *
     * @param a vectors of the first
     * @param b vectors of the second
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Attributes(float[][] a, float[][] b) {}

    /**
     * Measures associations.
     *
     * @param targets X and Y, of one size
     * @param attributes A and B
     * @return the test
     * @throws InvalidInputException when X and Y differ in size, or a vector is zero or not finite
     */
    public static WordAssociation of(Targets targets, Attributes attributes) {
        if (targets.x().length != targets.y().length) {
            throw new InvalidInputException("targets of " + targets.x().length + " and " + targets.y().length
                    + " words; the test swaps words of two sets of one size");
        }
        double[][] a = Spaces.units(Spaces.checked(attributes.a()));
        double[][] b = Spaces.units(Spaces.checked(attributes.b()));
        return new WordAssociation(associations(targets.x(), a, b), associations(targets.y(), a, b));
    }

    private static double[] associations(float[][] words, double[][] a, double[][] b) {
        return Arrays.stream(Spaces.units(Spaces.checked(words)))
                .mapToDouble(word -> Arrays.stream(a).mapToDouble(v -> Spaces.dot(word, v)).average().orElse(0)
                        - Arrays.stream(b).mapToDouble(v -> Spaces.dot(word, v)).average().orElse(0))
                .toArray();
    }

    /**
     * Sum of the associations of X less that of Y.
     *
     * @return above 0 where X goes with A
     */
    public double statistic() {
        return Arrays.stream(x).sum() - Arrays.stream(y).sum();
    }

    /**
     * Difference of the mean associations over the standard deviation of all (divisor n - 1).
     *
     * @return -2 to 2
     */
    public double effectSize() {
        double[] all = DoubleStream.concat(Arrays.stream(x), Arrays.stream(y)).toArray();
        double mean = Arrays.stream(all).average().orElse(0);
        double variance = Arrays.stream(all).map(v -> (v - mean) * (v - mean)).sum() / (all.length - 1);
        return (Arrays.stream(x).average().orElse(0) - Arrays.stream(y).average().orElse(0)) / Math.sqrt(variance);
    }

    /**
     * One-sided p value: share of all divisions of the targets into two sets of one size with at least this statistic;
     * exact up to 200,000 divisions, else of as many random ones with the observed one counted in.
     *
     * @param seed of the random divisions
     * @return above 0 to 1
     */
    public double pValue(long seed) {
        double[] all = DoubleStream.concat(Arrays.stream(x), Arrays.stream(y)).toArray();
        double total = Arrays.stream(all).sum();
        double observed = statistic() - ROUNDING;
        if (divisions(all.length, x.length) <= MOST_EXACT) {
            long[] counts = new long[2];
            count(all, 0, x.length, new Sum(0, total, observed), counts);
            return (double) counts[0] / counts[1];
        }
        Random random = new Random(seed);
        long atLeast = 1;
        for (long draw = 1; draw < MOST_EXACT; draw++) {
            double sum = 0;
            for (int i = 0; i < x.length; i++) {
                int other = i + random.nextInt(all.length - i);
                double swapped = all[other];
                all[other] = all[i];
                all[i] = swapped;
                sum += swapped;
            }
            atLeast += 2 * sum - total >= observed ? 1 : 0;
        }
        return (double) atLeast / MOST_EXACT;
    }

    private static double divisions(int n, int k) {
        double count = 1;
        for (int i = 1; i <= k; i++) {
            count *= (double) (n - k + i) / i;
        }
        return count;
    }

    private record Sum(double chosen, double total, double observed) {}

    private static void count(double[] all, int from, int left, Sum sum, long[] counts) {
        if (left == 0) {
            counts[0] += 2 * sum.chosen() - sum.total() >= sum.observed() ? 1 : 0;
            counts[1]++;
            return;
        }
        for (int i = from; i <= all.length - left; i++) {
            count(all, i + 1, left - 1, new Sum(sum.chosen() + all[i], sum.total(), sum.observed()), counts);
        }
    }
}
