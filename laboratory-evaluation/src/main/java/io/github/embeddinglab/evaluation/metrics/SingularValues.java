package io.github.embeddinglab.evaluation.metrics;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.Arrays;
import java.util.Comparator;

/**
 * Thin singular value decomposition A = U S V' by one-sided Jacobi rotations (Hestenes 1958; de Rijk 1989), accurate to
 * rounding in small singular values too. O(sweeps m n^2), some ten sweeps.
 */
final class SingularValues {
    private static final int SWEEPS = 60;
    private static final double ORTHOGONAL = 1e-15;

    private final double[][] left;
    private final double[] values;
    private final double[][] right;

    private SingularValues(double[][] left, double[] values, double[][] right) {
        this.left = left;
        this.values = values;
        this.right = right;
    }

    /**
     * Decomposes.
     *
     * @param matrix m rows of n columns
     */
    static SingularValues of(double[][] matrix) {
        int m = matrix.length;
        int n = matrix[0].length;
        // by columns, which the rotations mix
        double[][] a = new double[n][m];
        double[][] v = new double[n][n];
        for (int j = 0; j < n; j++) {
            v[j][j] = 1;
            for (int i = 0; i < m; i++) {
                a[j][i] = matrix[i][j];
            }
        }
        double all = Arrays.stream(a).mapToDouble(column -> dot(column, column)).sum();
        // columns below this are rounding of zero, which never become orthogonal
        double nothing = ORTHOGONAL * ORTHOGONAL * all;
        boolean rotated = true;
        for (int sweep = 0; rotated && sweep < SWEEPS; sweep++) {
            rotated = false;
            for (int p = 0; p < n - 1; p++) {
                for (int q = p + 1; q < n; q++) {
                    rotated |= rotate(new Pair(a[p], a[q]), new Pair(v[p], v[q]), nothing);
                }
            }
        }
        if (rotated) {
            throw new InvalidInputException("a matrix of " + m + " x " + n
                    + " has no singular values that can be found; check it for numbers that are not finite");
        }
        double[] norms = Arrays.stream(a).mapToDouble(column -> Math.sqrt(dot(column, column))).toArray();
        Integer[] order = new Integer[n];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble(i -> -norms[i]));
        double[][] u = new double[n][];
        double[][] sorted = new double[n][];
        double[] values = new double[n];
        for (int j = 0; j < n; j++) {
            double norm = norms[order[j]];
            values[j] = norm;
            u[j] = Arrays.stream(a[order[j]]).map(x -> norm == 0 ? 0 : x / norm).toArray();
            sorted[j] = v[order[j]];
        }
        return new SingularValues(u, values, sorted);
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Pair(double[] first, double[] second) {}

    private static boolean rotate(Pair columns, Pair right, double nothing) {
        double[] x = columns.first();
        double[] y = columns.second();
        double xx = dot(x, x);
        double yy = dot(y, y);
        double xy = dot(x, y);
        if (xx <= nothing || yy <= nothing || Math.abs(xy) <= ORTHOGONAL * Math.sqrt(xx * yy)) {
            return false;
        }
        double zeta = (yy - xx) / (2 * xy);
        double tan = Math.copySign(1, zeta) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        double cos = 1 / Math.sqrt(1 + tan * tan);
        turn(x, y, cos, cos * tan);
        turn(right.first(), right.second(), cos, cos * tan);
        return true;
    }

    private static void turn(double[] x, double[] y, double cos, double sin) {
        for (int i = 0; i < x.length; i++) {
            double old = x[i];
            x[i] = cos * old - sin * y[i];
            y[i] = sin * old + cos * y[i];
        }
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    /** Descending. */
    double[] values() {
        return values;
    }

    /** n left vectors of m numbers, in the order of the values. */
    double[][] left() {
        return left;
    }

    /** n right vectors of n numbers, in the order of the values. */
    double[][] right() {
        return right;
    }
}
