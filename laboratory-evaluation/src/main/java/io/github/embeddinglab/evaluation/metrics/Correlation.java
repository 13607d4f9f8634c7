package io.github.embeddinglab.evaluation.metrics;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Measure;
import java.util.Arrays;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Correlation of two columns: Pearson's r, and Spearman's rho as Pearson's r of average ranks. NaN where a column is
 * constant: the correlation is undefined then, which is not 0. Preparing costs O(n log n), a sample O(n).
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Correlation implements Measure {
    private final SortedColumn first;
    private final SortedColumn second;
    private final boolean ranked;

    private Correlation(double[] first, double[] second, boolean ranked) {
        if (first.length != second.length) {
            throw new InvalidInputException("columns of " + first.length + " and " + second.length
                    + " rows cannot be correlated; give one number of each for every row");
        }
        this.first = new SortedColumn("the first column", first);
        this.second = new SortedColumn("the second column", second);
        this.ranked = ranked;
    }

    /**
     * Spearman's rho.
     *
     * @param first n finite numbers
     * @param second n finite numbers
     * @return the measure
     * @throws InvalidInputException when lengths differ or a number is not finite
     */
    public static Correlation spearman(double[] first, double[] second) {
        return new Correlation(first, second, true);
    }

    /**
     * Pearson's r.
     *
     * @param first n finite numbers
     * @param second n finite numbers
     * @return the measure
     * @throws InvalidInputException when lengths differ or a number is not finite
     */
    public static Correlation pearson(double[] first, double[] second) {
        return new Correlation(first, second, false);
    }

    /**
     * The correlation of all rows.
     *
     * @return -1 to 1, or NaN where a column is constant
     */
    public double value() {
        int[] counts = new int[units()];
        Arrays.fill(counts, 1);
        return on(counts);
    }

    /**
     * How a difference looks when the two models trade some of their predictions, for a randomisation test. Predictions of
     * two models have scales of their own, so their ranks (for Pearson their distances from the mean in standard
     * deviations) are traded. O(n) after O(n) preparation.
     *
     * @param other the same correlation for another model's predictions of the same second column
     * @return the exchange
     * @throws InvalidInputException when the numbers of rows or the second columns differ
     */
    public Exchange exchange(Correlation other) {
        boolean same = units() == other.units() && ranked == other.ranked;
        for (int i = 0; same && i < units(); i++) {
            same = second.value(i) == other.second.value(i);
        }
        if (!same) {
            throw new InvalidInputException("two correlations with different columns cannot trade their rows");
        }
        double[] a = scaled(first);
        double[] b = other.scaled(other.first);
        double[] gold = scaled(second);
        return swap -> difference(a, b, gold, swap);
    }

    /** The difference of two figures, the other's minus this one's, after a trade. */
    @FunctionalInterface
    public interface Exchange {
        /**
         * Computes the difference.
         *
         * @param swap whether the models trade their predictions of each row
         * @return the difference, NaN where one is undefined
         */
        double difference(boolean[] swap);
    }

    private static double difference(double[] a, double[] b, double[] gold, boolean[] swap) {
        int n = a.length;
        double[] sums = new double[2];
        double[] squares = new double[2];
        double[] products = new double[2];
        for (int i = 0; i < n; i++) {
            double mine = swap[i] ? b[i] : a[i];
            double theirs = swap[i] ? a[i] : b[i];
            sums[0] += mine;
            sums[1] += theirs;
            squares[0] += mine * mine;
            squares[1] += theirs * theirs;
            products[0] += mine * gold[i];
            products[1] += theirs * gold[i];
        }
        double scale = 1 / Math.sqrt(n);
        // gold has mean 0 and variance 1
        return products[1] * scale / Math.sqrt(squares[1] - sums[1] * sums[1] / n)
                - products[0] * scale / Math.sqrt(squares[0] - sums[0] * sums[0] / n);
    }

    /** Ranks or values with mean 0 and variance 1. */
    private double[] scaled(SortedColumn column) {
        int[] counts = new int[column.size()];
        Arrays.fill(counts, 1);
        double[] values = new double[counts.length];
        double[] ranks = ranked ? column.ranks(counts) : values;
        for (int i = 0; i < values.length; i++) {
            values[i] = ranked ? ranks[i] : column.value(i);
        }
        double mean = Arrays.stream(values).average().orElse(0);
        double deviation = Math.sqrt(Arrays.stream(values).map(x -> (x - mean) * (x - mean)).average().orElse(0));
        return Arrays.stream(values).map(x -> (x - mean) / deviation).toArray();
    }

    @Override
    public int units() {
        return first.size();
    }

    @Override
    public double on(int[] counts) {
        double[] x = ranked ? first.ranks(counts) : null;
        double[] y = ranked ? second.ranks(counts) : null;
        long size = 0;
        double sumX = 0;
        double sumY = 0;
        double lowX = Double.POSITIVE_INFINITY;
        double highX = Double.NEGATIVE_INFINITY;
        double lowY = Double.POSITIVE_INFINITY;
        double highY = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] != 0) {
                double a = x == null ? first.value(i) : x[i];
                double b = y == null ? second.value(i) : y[i];
                size += counts[i];
                sumX += counts[i] * a;
                sumY += counts[i] * b;
                lowX = Math.min(lowX, a);
                highX = Math.max(highX, a);
                lowY = Math.min(lowY, b);
                highY = Math.max(highY, b);
            }
        }
        // rounding may leave a constant column a tiny variance, so equality decides
        if (!(lowX < highX && lowY < highY)) {
            return Double.NaN;
        }
        double meanX = sumX / size;
        double meanY = sumY / size;
        double xx = 0;
        double yy = 0;
        double xy = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] != 0) {
                double a = (x == null ? first.value(i) : x[i]) - meanX;
                double b = (y == null ? second.value(i) : y[i]) - meanY;
                xx += counts[i] * a * a;
                yy += counts[i] * b * b;
                xy += counts[i] * a * b;
            }
        }
        return Math.max(-1, Math.min(1, xy / Math.sqrt(xx) / Math.sqrt(yy)));
    }
}
