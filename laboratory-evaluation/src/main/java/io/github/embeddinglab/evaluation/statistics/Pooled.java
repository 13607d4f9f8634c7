package io.github.embeddinglab.evaluation.statistics;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Measure;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Score;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A figure made of several measures, as the mean over tasks or the ratio of two models' means. Each stratum holds measures
 * over the same units, which are resampled together (paired); strata are resampled independently. The interval is the
 * percentile interval (Efron and Tibshirani 1993, chapter 13), since the jackknife of BCa has no single set of units here.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Pooled {
    private Pooled() {}

    /**
     * Computes a figure with its interval. O(resamples x units).
     *
     * @param strata at least one, each with at least one measure, those of a stratum with equal units
     * @param figure from the values of the measures, {@code [stratum][measure]}
     * @param sampling confidence, resamples, seed
     * @return value and interval; without an interval where fewer than half of the samples have a defined figure
     * @throws InvalidInputException when measures of a stratum differ in units
     */
    public static Score score(List<List<Measure>> strata, ToDoubleFunction<double[][]> figure, Sampling sampling) {
        for (List<Measure> stratum : strata) {
            if (stratum.stream().mapToInt(Measure::units).distinct().count() != 1) {
                throw new InvalidInputException("a stratum needs measures over the same units");
            }
        }
        double[][] all = new double[strata.size()][];
        for (int s = 0; s < all.length; s++) {
            all[s] = strata.get(s).stream().mapToDouble(Bootstrap::onAll).toArray();
        }
        double value = figure.applyAsDouble(all);
        double[] resampled = new double[sampling.resamples()];
        Resampling.parallel(resampled.length, number -> {
            double[][] values = new double[strata.size()][];
            for (int s = 0; s < values.length; s++) {
                List<Measure> stratum = strata.get(s);
                int[] counts = new int[stratum.get(0).units()];
                // strata of equal size must not be drawn alike
                Resampling.draw(sampling.seed() + s, number, counts);
                values[s] = stratum.stream().mapToDouble(measure -> measure.on(counts)).toArray();
            }
            resampled[number] = figure.applyAsDouble(values);
        });
        double[] sorted = Arrays.stream(resampled).filter(Double::isFinite).sorted().toArray();
        if (Double.isNaN(value) || sorted.length < resampled.length / 2) {
            return new Score(value, Double.NaN, Double.NaN);
        }
        double tail = (1 - sampling.confidence()) / 2;
        return new Score(value, Bootstrap.quantile(sorted, tail), Bootstrap.quantile(sorted, 1 - tail));
    }
}
