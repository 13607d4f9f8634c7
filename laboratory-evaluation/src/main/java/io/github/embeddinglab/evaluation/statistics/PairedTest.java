package io.github.embeddinglab.evaluation.statistics;

import io.github.embeddinglab.api.Difference;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Measure;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.evaluation.metrics.Correlation;
import io.github.embeddinglab.evaluation.metrics.MeanMeasure;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Whether two models differ on the same units.
 *
 * <p>Paired bootstrap: both figures on the same samples; the interval of their difference, and a two-sided p value from
 * how often the centred difference is at least as far from 0 as the one seen. Paired randomisation: the models trade their
 * values of randomly chosen units, O(resamples x n); for correlations they trade ranks. Figures whose units cannot be traded,
 * because the models' scores have scales or names of their own (best F1 at a threshold, agreement of clusters), have the
 * bootstrap's p value for both.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class PairedTest {
    private PairedTest() {}

    /**
     * Compares two figures.
     *
     * @param name of the figure
     * @param first of one model
     * @param second of another on the same units in the same order
     * @param sampling confidence, resamples, seed
     * @return the difference, its p value not corrected for other comparisons
     * @throws InvalidInputException when the numbers of units differ
     */
    public static Difference compare(String name, Measure first, Measure second, Sampling sampling) {
        if (first.units() != second.units()) {
            throw new InvalidInputException(name + " has " + first.units() + " units for one model and " + second.units()
                    + " for the other; compare models on the same data");
        }
        Measure change = new Change(first, second);
        Score score = Bootstrap.interval(change, sampling);
        double bootstrap = bootstrap(change, score.value(), sampling);
        double randomisation = bootstrap;
        if (first instanceof MeanMeasure a && second instanceof MeanMeasure b) {
            randomisation = randomisation(a.values(), b.values(), sampling);
        } else if (first instanceof Correlation a && second instanceof Correlation b && !Double.isNaN(score.value())) {
            randomisation = randomisation(a.exchange(b), first.units(), sampling);
        }
        return new Difference(
                name,
                Bootstrap.onAll(first),
                Bootstrap.onAll(second),
                score,
                new Difference.Tests(bootstrap, randomisation, randomisation, 1 - sampling.confidence()));
    }

    /** The second figure minus the first. */
    private record Change(Measure first, Measure second) implements Measure {
        @Override
        public int units() {
            return first.units();
        }

        @Override
        public double on(int[] counts) {
            return second.on(counts) - first.on(counts);
        }
    }

    private static double bootstrap(Measure change, double seen, Sampling sampling) {
        if (Double.isNaN(seen) || change.units() < 2) {
            return 1;
        }
        double[] resampled = Bootstrap.resample(List.of(change), change.units(), sampling)[0];
        double[] defined = Arrays.stream(resampled).filter(x -> !Double.isNaN(x)).toArray();
        double tolerance = 1e-12;
        long extreme = Arrays.stream(defined).filter(x -> Math.abs(x - seen) >= Math.abs(seen) - tolerance).count();
        return (extreme + 1.0) / (defined.length + 1.0);
    }

    /**
     * Two-sided paired randomisation test of equal means.
     *
     * @param first one value for each unit
     * @param second one value for each unit, in the same order
     * @param sampling resamples and seed
     * @return p value, at least 1 / (resamples + 1)
     */
    public static double randomisation(double[] first, double[] second, Sampling sampling) {
        double[] differences = new double[first.length];
        double sum = 0;
        int used = 0;
        for (int i = 0; i < first.length; i++) {
            double difference = second[i] - first[i];
            if (difference != 0) {
                differences[used++] = difference;
                sum += difference;
            }
        }
        int n = used;
        if (n == 0) {
            return 1;
        }
        double seen = Math.abs(sum) - 1e-12 * Math.max(1, Math.abs(sum));
        boolean[] extreme = new boolean[sampling.resamples()];
        Resampling.parallel(extreme.length, r -> {
            SplittableRandom random = Resampling.generator(~sampling.seed(), r);
            double total = 0;
            long bits = 0;
            for (int i = 0; i < n; i++) {
                if (i % Long.SIZE == 0) {
                    bits = random.nextLong();
                }
                total += (bits & 1) == 0 ? differences[i] : -differences[i];
                bits >>>= 1;
            }
            extreme[r] = Math.abs(total) >= seen;
        });
        return share(extreme);
    }

    private static double randomisation(Correlation.Exchange exchange, int units, Sampling sampling) {
        double whole = exchange.difference(new boolean[units]);
        double seen = Math.abs(whole) - 1e-12;
        boolean[] extreme = new boolean[sampling.resamples()];
        Resampling.parallel(extreme.length, r -> {
            SplittableRandom random = Resampling.generator(~sampling.seed(), r);
            boolean[] swap = new boolean[units];
            for (int i = 0; i < units; i++) {
                swap[i] = random.nextBoolean();
            }
            extreme[r] = Math.abs(exchange.difference(swap)) >= seen;
        });
        return share(extreme);
    }

    private static double share(boolean[] extreme) {
        int count = 0;
        for (boolean one : extreme) {
            count += one ? 1 : 0;
        }
        return (count + 1.0) / (extreme.length + 1.0);
    }
}
