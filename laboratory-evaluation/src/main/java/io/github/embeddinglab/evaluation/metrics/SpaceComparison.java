package io.github.embeddinglab.evaluation.metrics;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Two sets of n vectors of the same things, made by two models: n x d and n x e. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class SpaceComparison {
    private final double[][] first;
    private final double[][] second;

    private SpaceComparison(double[][] first, double[][] second) {
        this.first = first;
        this.second = second;
    }

    /**
     * Takes vectors.
     *
     * @param first n x d
     * @param second n x e
     * @return the comparison
     * @throws InvalidInputException when sizes differ, a row is zero, or a number is not finite
     */
    public static SpaceComparison of(float[][] first, float[][] second) {
        if (first.length != second.length) {
            throw new InvalidInputException(first.length + " and " + second.length
                    + " vectors cannot be compared; give both models the same texts");
        }
        return new SpaceComparison(Spaces.checked(first), Spaces.checked(second));
    }

    /**
     * Linear centred kernel alignment (Kornblith et al. 2019): |Y'X|^2 / (|X'X| |Y'Y|) of centred columns. O(n d e).
     *
     * @return 0 to 1 (equal up to rotation and scale)
     */
    public double linearCka() {
        double[][] x = Spaces.centred(first);
        double[][] y = Spaces.centred(second);
        double cross = Spaces.frobenius(Spaces.across(y, x));
        return cross * cross
                / (Spaces.frobenius(Spaces.across(x, x)) * Spaces.frobenius(Spaces.across(y, y)));
    }

    /**
     * Mean share of a row's k nearest others, by cosine, that both sets agree on. O(n^2 (d + e)).
     *
     * @param k 1 to n - 1
     * @return 0 to 1
     */
    public double neighbourOverlap(int k) {
        int[][] here = Spaces.neighbours(Spaces.units(first), k);
        int[][] there = Spaces.neighbours(Spaces.units(second), k);
        double sum = 0;
        for (int i = 0; i < here.length; i++) {
            Set<Integer> near = new HashSet<>();
            Arrays.stream(here[i]).forEach(near::add);
            sum += (double) Arrays.stream(there[i]).filter(near::contains).count() / k;
        }
        return sum / here.length;
    }

    /**
     * Mean squared distance of the unit vectors of a pair: alignment (Wang and Isola 2020). Widths must be equal.
     *
     * @return 0 to 4
     * @throws InvalidInputException when widths differ
     */
    public double alignment() {
        requireOneWidth();
        double[][] x = Spaces.units(first);
        double[][] y = Spaces.units(second);
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += 2 - 2 * Spaces.dot(x[i], y[i]);
        }
        return sum / x.length;
    }

    /**
     * The orthogonal matrix R that brings the first set nearest to the second: U V' of X'Y = U S V' (Schoenemann 1966).
     * Widths must be equal. O(n d^2).
     *
     * @return R (d x d) and the Frobenius norm of X R - Y
     * @throws InvalidInputException when widths differ
     */
    public Rotation procrustes() {
        requireOneWidth();
        SingularValues decomposed = SingularValues.of(Spaces.across(first, second));
        int d = first[0].length;
        double[][] rotation = new double[d][d];
        for (int k = 0; k < d; k++) {
            for (int i = 0; i < d; i++) {
                for (int j = 0; j < d; j++) {
                    rotation[i][j] += decomposed.left()[k][i] * decomposed.right()[k][j];
                }
            }
        }
        double squares = 0;
        for (int row = 0; row < first.length; row++) {
            for (int j = 0; j < d; j++) {
                double value = -second[row][j];
                for (int i = 0; i < d; i++) {
                    value += first[row][i] * rotation[i][j];
                }
                squares += value * value;
            }
        }
        return new Rotation(rotation, Math.sqrt(squares));
    }

    private void requireOneWidth() {
        if (first[0].length != second[0].length) {
            throw new InvalidInputException("vectors of " + first[0].length + " and " + second[0].length
                    + " columns cannot be rotated into each other; project one of them first");
        }
    }

    /**
     * A rotation, which may mirror.
     *
     * @param matrix d x d
     * @param residual Frobenius norm of what it leaves
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Rotation(double[][] matrix, double residual) {}
}
