package io.github.embeddinglab.evaluation.metrics;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.Arrays;
import java.util.Comparator;

/** What the figures on whole spaces share: rows in double precision. */
final class Spaces {
    private Spaces() {}

    static double[][] checked(float[][] rows) {
        if (rows.length < 2) {
            throw new InvalidInputException(rows.length + " vectors have no distribution; give at least two");
        }
        double[][] copy = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != rows[0].length || rows[i].length == 0) {
                throw new InvalidInputException("vector " + i + " has " + rows[i].length + " numbers, the first has "
                        + rows[0].length + "; give vectors of one width");
            }
            copy[i] = new double[rows[i].length];
            double norm = 0;
            for (int j = 0; j < copy[i].length; j++) {
                copy[i][j] = rows[i][j];
                norm += copy[i][j] * copy[i][j];
            }
            if (!(norm > 0) || !Double.isFinite(norm)) {
                throw new InvalidInputException("vector " + i + (norm == 0 ? " is zero" : " has a number that is not finite")
                        + "; leave it out");
            }
        }
        return copy;
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    static double[][] units(double[][] rows) {
        return Arrays.stream(rows)
                .map(row -> {
                    double norm = Math.sqrt(dot(row, row));
                    return Arrays.stream(row).map(x -> x / norm).toArray();
                })
                .toArray(double[][]::new);
    }

    static double[][] centred(double[][] rows) {
        double[] mean = new double[rows[0].length];
        for (double[] row : rows) {
            for (int j = 0; j < mean.length; j++) {
                mean[j] += row[j] / rows.length;
            }
        }
        double[][] centred = new double[rows.length][mean.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < mean.length; j++) {
                centred[i][j] = rows[i][j] - mean[j];
            }
        }
        return centred;
    }

    /** A'B. */
    static double[][] across(double[][] a, double[][] b) {
        double[][] product = new double[a[0].length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int p = 0; p < product.length; p++) {
                for (int q = 0; q < product[p].length; q++) {
                    product[p][q] += a[i][p] * b[i][q];
                }
            }
        }
        return product;
    }

    static double frobenius(double[][] matrix) {
        return Math.sqrt(Arrays.stream(matrix).mapToDouble(row -> dot(row, row)).sum());
    }

    /** The k nearest other rows by dot product, nearest first. */
    static int[][] neighbours(double[][] rows, int k) {
        if (k < 1 || k >= rows.length) {
            throw new InvalidInputException(k + " neighbours among " + rows.length + " vectors; give 1 to " + (rows.length - 1));
        }
        int[][] near = new int[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            double[] scores = new double[rows.length];
            Integer[] order = new Integer[rows.length];
            for (int j = 0; j < rows.length; j++) {
                scores[j] = j == i ? Double.NEGATIVE_INFINITY : dot(rows[i], rows[j]);
                order[j] = j;
            }
            Arrays.sort(order, Comparator.comparingDouble(j -> -scores[j]));
            near[i] = Arrays.stream(order).limit(k).mapToInt(Integer::intValue).toArray();
        }
        return near;
    }
}
