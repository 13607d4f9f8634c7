package io.github.embeddinglab.evaluation.statistics;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Measure;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Score;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Confidence intervals by resampling units with replacement: bias-corrected and accelerated (BCa; Efron 1987), the
 * acceleration from a jackknife over at most 500 groups of units. O(resamples x n) for each figure; figures over the same
 * units share their samples.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Bootstrap {
    private static final int JACKKNIFE_GROUPS = 500;
    /** With fewer units resampling says nothing. */
    private static final int LEAST_UNITS = 2;

    private Bootstrap() {}

    /** The kinds of interval. */
    enum Kind {
        PERCENTILE,
        BCA
    }

    /**
     * Gives a figure its interval.
     *
     * @param measure the figure
     * @param sampling confidence, resamples, seed
     * @return value and interval; the ends are NaN where the value is undefined, there are fewer than 2 units, or more than
     *     half of the samples are undefined
     */
    public static Score interval(Measure measure, Sampling sampling) {
        Score score = intervals(Map.of("figure", measure), sampling).get("figure");
        return score == null ? new Score(Double.NaN, Double.NaN, Double.NaN) : score;
    }

    /**
     * Gives figures over the same units their intervals, on the same samples.
     *
     * @param measures by name; all with the same number of units
     * @param sampling confidence, resamples, seed
     * @return scores by name, in the order given
     * @throws InvalidInputException when the numbers of units differ
     */
    public static Map<String, Score> intervals(Map<String, Measure> measures, Sampling sampling) {
        return intervals(measures, sampling, Kind.BCA);
    }

    static Map<String, Score> intervals(Map<String, Measure> measures, Sampling sampling, Kind kind) {
        List<Measure> list = new ArrayList<>(measures.values());
        Map<String, Score> scores = new LinkedHashMap<>();
        if (list.isEmpty()) {
            return scores;
        }
        int units = list.get(0).units();
        for (Map.Entry<String, Measure> entry : measures.entrySet()) {
            if (entry.getValue().units() != units) {
                throw new InvalidInputException("figure " + entry.getKey() + " has " + entry.getValue().units()
                        + " units, others have " + units + "; resample them apart");
            }
        }
        double[][] resampled = resample(list, units, sampling);
        int i = 0;
        for (Map.Entry<String, Measure> entry : measures.entrySet()) {
            scores.put(entry.getKey(), score(entry.getValue(), resampled[i++], sampling.confidence(), kind));
        }
        return scores;
    }

    /** Each figure on each sample. */
    static double[][] resample(List<Measure> measures, int units, Sampling sampling) {
        double[][] values = new double[measures.size()][sampling.resamples()];
        if (units < LEAST_UNITS) {
            return values;
        }
        ThreadLocal<int[]> buffer = ThreadLocal.withInitial(() -> new int[units]);
        Resampling.parallel(sampling.resamples(), r -> {
            int[] counts = buffer.get();
            Resampling.draw(sampling.seed(), r, counts);
            for (int m = 0; m < values.length; m++) {
                values[m][r] = measures.get(m).on(counts);
            }
        });
        return values;
    }

    private static Score score(Measure measure, double[] resampled, double confidence, Kind kind) {
        double value = onAll(measure);
        Score undefined = new Score(value, Double.NaN, Double.NaN);
        if (Double.isNaN(value) || measure.units() < LEAST_UNITS) {
            return undefined;
        }
        double[] sorted = Arrays.stream(resampled).filter(x -> !Double.isNaN(x)).sorted().toArray();
        if (sorted.length * 2 < resampled.length) {
            return undefined;
        }
        double tail = (1 - confidence) / 2;
        if (kind == Kind.PERCENTILE) {
            return new Score(value, quantile(sorted, tail), quantile(sorted, 1 - tail));
        }
        double below = below(sorted, value);
        double bias = Normal.quantile(Math.min(Math.max(below, 0.5 / sorted.length), 1 - 0.5 / sorted.length));
        double acceleration = acceleration(measure);
        return new Score(
                value,
                quantile(sorted, adjusted(tail, bias, acceleration)),
                quantile(sorted, adjusted(1 - tail, bias, acceleration)));
    }

    private static double adjusted(double level, double bias, double acceleration) {
        double z = bias + Normal.quantile(level);
        double scale = 1 - acceleration * z;
        return scale <= 0 ? level : Normal.cumulative(bias + z / scale);
    }

    /** Share of resampled values below a value, equal ones by half. */
    static double below(double[] sorted, double value) {
        long doubled = 0;
        double tolerance = 1e-12 * Math.max(1, Math.abs(value));
        for (double x : sorted) {
            doubled += x < value - tolerance ? 2 : x <= value + tolerance ? 1 : 0;
        }
        return doubled / 2.0 / sorted.length;
    }

    /** Linear interpolation between order statistics. */
    static double quantile(double[] sorted, double level) {
        double place = Math.max(0, Math.min(1, level)) * (sorted.length - 1);
        int floor = (int) place;
        int next = Math.min(floor + 1, sorted.length - 1);
        return sorted[floor] + (place - floor) * (sorted[next] - sorted[floor]);
    }

    /** The skewness of the jackknife's influence values by 6. */
    static double acceleration(Measure measure) {
        int units = measure.units();
        int groups = Math.min(units, JACKKNIFE_GROUPS);
        double[] left = new double[groups];
        Resampling.parallel(groups, group -> {
            int[] counts = new int[units];
            Arrays.fill(counts, 1);
            for (int i = group; i < units; i += groups) {
                counts[i] = 0;
            }
            left[group] = measure.on(counts);
        });
        double mean = Arrays.stream(left).filter(x -> !Double.isNaN(x)).average().orElse(Double.NaN);
        double squares = 0;
        double cubes = 0;
        for (double value : left) {
            if (!Double.isNaN(value)) {
                double d = mean - value;
                squares += d * d;
                cubes += d * d * d;
            }
        }
        return squares == 0 ? 0 : cubes / (6 * Math.pow(squares, 1.5));
    }

    /**
     * A figure on all its units, each once.
     *
     * @param measure the figure
     * @return its value
     */
    public static double onAll(Measure measure) {
        int[] counts = new int[measure.units()];
        Arrays.fill(counts, 1);
        return measure.on(counts);
    }
}
