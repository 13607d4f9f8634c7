package io.github.embeddinglab.evaluation.metrics;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.Arrays;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Principal components of n x d vectors, from the singular values of the centred rows. O(n d^2). The sign of a component is
 * free; here its largest entry is positive.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class PrincipalComponents {
    private final double[][] axes;
    private final double[] variances;
    private final double total;
    private final double[][] projection;

    private PrincipalComponents(double[][] axes, double[] variances, double total, double[][] projection) {
        this.axes = axes;
        this.variances = variances;
        this.total = total;
        this.projection = projection;
    }

    /**
     * Finds components.
     *
     * @param rows n x d
     * @param count 1 to d
     * @return the components of the greatest variance
     * @throws InvalidInputException when the count or a row is out of range
     */
    public static PrincipalComponents of(float[][] rows, int count) {
        double[][] centred = Spaces.centred(Spaces.checked(rows));
        if (count < 1 || count > centred[0].length) {
            throw new InvalidInputException(count + " components of " + centred[0].length + " columns; give 1 to "
                    + centred[0].length);
        }
        SingularValues decomposed = SingularValues.of(centred);
        double[] all = Arrays.stream(decomposed.values()).map(s -> s * s / (rows.length - 1)).toArray();
        double[][] axes = new double[count][];
        for (int k = 0; k < count; k++) {
            double[] axis = decomposed.right()[k];
            double largest = Arrays.stream(axis).reduce(0, (a, b) -> Math.abs(b) > Math.abs(a) ? b : a);
            axes[k] = Arrays.stream(axis).map(x -> largest < 0 ? -x : x).toArray();
        }
        double[][] projection = Arrays.stream(centred)
                .map(row -> Arrays.stream(axes).mapToDouble(axis -> Spaces.dot(axis, row)).toArray())
                .toArray(double[][]::new);
        return new PrincipalComponents(axes, Arrays.copyOf(all, count), Arrays.stream(all).sum(), projection);
    }

    /**
     * The axes.
     *
     * @return count x d, unit rows
     */
    public double[][] axes() {
        return Arrays.stream(axes).map(double[]::clone).toArray(double[][]::new);
    }

    /**
     * Variance along each axis, divisor n - 1.
     *
     * @return count numbers, descending
     */
    public double[] variances() {
        return variances.clone();
    }

    /**
     * Share of the whole variance that each axis has.
     *
     * @return count numbers, 0 to 1
     */
    public double[] variancesExplained() {
        return Arrays.stream(variances).map(v -> v / total).toArray();
    }

    /**
     * The rows on the axes.
     *
     * @return n x count
     */
    public double[][] projection() {
        return Arrays.stream(projection).map(double[]::clone).toArray(double[][]::new);
    }

    /**
     * Trustworthiness of a projection (Venna and Kaski 2001): 1 less the ranks, in the original space, of rows that are
     * among the k nearest only in the projection. Euclidean. O(n^2 (d + log n)).
     *
     * @param original n x d
     * @param projected n x p
     * @param k 1 to below n / 2
     * @return 0 to 1
     * @throws InvalidInputException when sizes differ or k is out of range
     */
    public static double trustworthiness(double[][] original, double[][] projected, int k) {
        int n = original.length;
        if (projected.length != n || k < 1 || 2 * k >= n) {
            throw new InvalidInputException("trustworthiness of " + k + " neighbours over " + n + " and " + projected.length
                    + " rows; give as many rows of both, and k below half of them");
        }
        double penalty = 0;
        for (int i = 0; i < n; i++) {
            int[] before = byDistance(original, i);
            int[] rank = new int[n];
            for (int r = 0; r < before.length; r++) {
                rank[before[r]] = r + 1;
            }
            int[] after = byDistance(projected, i);
            for (int r = 0; r < k; r++) {
                penalty += Math.max(0, rank[after[r]] - k);
            }
        }
        return 1 - penalty * 2 / (n * (double) k * (2.0 * n - 3 * k - 1));
    }

    private static int[] byDistance(double[][] rows, int from) {
        double[] distances = new double[rows.length];
        for (int j = 0; j < rows.length; j++) {
            for (int c = 0; c < rows[j].length; c++) {
                double difference = rows[j][c] - rows[from][c];
                distances[j] += difference * difference;
            }
        }
        return java.util.stream.IntStream.range(0, rows.length)
                .filter(j -> j != from)
                .boxed()
                .sorted(java.util.Comparator.comparingDouble(j -> distances[j]))
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
