package io.github.embeddinglab.evaluation.metrics;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Measure;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * How well a score separates pairs that belong together from pairs that do not. A pair is accepted when its score is at
 * least the threshold, so pairs of equal score are accepted together (the reference of sentence-transformers may split
 * them; results differ only where scores are equal). Preparing costs O(n log n), a sample O(n).
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class BinaryRanking {
    private final SortedColumn scores;
    private final boolean[] positive;

    private BinaryRanking(double[] scores, boolean[] positive) {
        if (scores.length != positive.length) {
            throw new InvalidInputException(
                    scores.length + " scores and " + positive.length + " labels do not belong together; give one label a score");
        }
        this.scores = new SortedColumn("the scores", scores);
        this.positive = positive.clone();
    }

    /**
     * Prepares the figures.
     *
     * @param scores n finite numbers, higher for pairs that are more alike
     * @param positive whether each pair belongs together
     * @return the ranking
     * @throws InvalidInputException when lengths differ or a number is not finite
     */
    public static BinaryRanking of(double[] scores, boolean[] positive) {
        return new BinaryRanking(scores, positive);
    }

    /**
     * A figure and where it is reached.
     *
     * @param value the best value, NaN where undefined
     * @param threshold half-way between the last accepted score and the next one; the lowest score where all are accepted
     */
    public record Best(double value, double threshold) {}

    /**
     * Average precision: the sum over thresholds of precision times the gain in recall.
     *
     * @return a measure, NaN on a sample without a positive pair
     */
    public Measure averagePrecision() {
        return new Sweep(this::average);
    }

    /**
     * The best F1 over all thresholds.
     *
     * @return a measure, NaN on a sample without a positive pair
     */
    public Measure bestF1() {
        return new Sweep(counts -> best(BinaryRanking::f1, counts).value());
    }

    /**
     * The best accuracy over all thresholds that accept at least one pair.
     *
     * @return a measure
     */
    public Measure bestAccuracy() {
        return new Sweep(counts -> best(BinaryRanking::accuracy, counts).value());
    }

    /**
     * The best F1 of all pairs with its threshold; of equal values the highest threshold.
     *
     * @return value and threshold
     */
    public Best thresholdOfF1() {
        return best(BinaryRanking::f1, ones());
    }

    /**
     * The best accuracy of all pairs with its threshold; of equal values the highest threshold.
     *
     * @return value and threshold
     */
    public Best thresholdOfAccuracy() {
        return best(BinaryRanking::accuracy, ones());
    }

    /**
     * The threshold of the best F1, to be resampled.
     *
     * @return a measure
     */
    public Measure f1Threshold() {
        return new Sweep(counts -> best(BinaryRanking::f1, counts).threshold());
    }

    /**
     * The threshold of the best accuracy, to be resampled.
     *
     * @return a measure
     */
    public Measure accuracyThreshold() {
        return new Sweep(counts -> best(BinaryRanking::accuracy, counts).threshold());
    }

    private int[] ones() {
        int[] counts = new int[positive.length];
        Arrays.fill(counts, 1);
        return counts;
    }

    /** A figure of one threshold. */
    private interface AtThreshold {
        double of(long accepted, long hits, long positives, long size);
    }

    private static double f1(long accepted, long hits, long positives, long size) {
        return positives == 0 ? Double.NaN : 2.0 * hits / (accepted + positives);
    }

    private static double accuracy(long accepted, long hits, long positives, long size) {
        return (double) (size - positives - accepted + 2 * hits) / size;
    }

    private Best best(AtThreshold figure, int[] counts) {
        long size = 0;
        long positives = 0;
        for (int i = 0; i < counts.length; i++) {
            size += counts[i];
            positives += positive[i] ? counts[i] : 0;
        }
        double best = Double.NaN;
        int bestPlace = -1;
        long accepted = 0;
        long hits = 0;
        for (int place = counts.length - 1; place >= 0; place--) {
            int row = scores.order[place];
            accepted += counts[row];
            hits += positive[row] ? counts[row] : 0;
            if (accepted > 0 && (place == 0 || scores.last[place - 1])) {
                double value = figure.of(accepted, hits, positives, size);
                if (!(value <= best)) {
                    best = value;
                    bestPlace = place;
                }
            }
        }
        return new Best(best, bestPlace < 0 ? Double.NaN : border(bestPlace));
    }

    private double border(int place) {
        double value = scores.value(scores.order[place]);
        return place == 0 ? value : (value + scores.value(scores.order[place - 1])) / 2;
    }

    private double average(int[] counts) {
        double sum = 0;
        long accepted = 0;
        long hits = 0;
        long before = 0;
        for (int place = counts.length - 1; place >= 0; place--) {
            int row = scores.order[place];
            accepted += counts[row];
            hits += positive[row] ? counts[row] : 0;
            if (hits > before && (place == 0 || scores.last[place - 1])) {
                sum += (double) hits / accepted * (hits - before);
                before = hits;
            }
        }
        return hits == 0 ? Double.NaN : sum / hits;
    }

    private final class Sweep implements Measure {
        private final ToDoubleFunction<int[]> figure;

        Sweep(ToDoubleFunction<int[]> figure) {
            this.figure = figure;
        }

        @Override
        public int units() {
            return positive.length;
        }

        @Override
        public double on(int[] counts) {
            return figure.applyAsDouble(counts);
        }
    }
}
