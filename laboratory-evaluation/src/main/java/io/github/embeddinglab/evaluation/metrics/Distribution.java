package io.github.embeddinglab.evaluation.metrics;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.Arrays;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * How vectors fill their space: n rows of d columns, n above 1, none of them zero. Making it costs one singular value
 * decomposition, O(n d^2); the figures on pairs cost O(n^2 d).
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Distribution {
    private static final double NO_LOGARITHM_OF_ZERO = 1e-7;

    private final double[][] rows;
    private final double[][] units;
    private final SingularValues plain;
    private final double[] variances;

    private Distribution(double[][] rows) {
        this.rows = rows;
        this.units = Spaces.units(rows);
        this.plain = SingularValues.of(rows);
        double[] singular = SingularValues.of(Spaces.centred(rows)).values();
        this.variances = Arrays.stream(singular).map(s -> s * s / (rows.length - 1)).toArray();
    }

    /**
     * Takes vectors.
     *
     * @param rows n x d, copied
     * @return their distribution
     * @throws InvalidInputException when there are fewer than two rows, widths differ, a row is zero, or a number is not
     *     finite
     */
    public static Distribution of(float[][] rows) {
        return new Distribution(Spaces.checked(rows));
    }

    /**
     * IsoScore (Rudman et al. 2022): how evenly variance is spread over principal axes.
     *
     * @return 0 (one axis) to 1 (isotropic)
     */
    public double isoScore() {
        int n = variances.length;
        double norm = Math.sqrt(Arrays.stream(variances).map(v -> v * v).sum());
        double distance = Math.sqrt(Arrays.stream(variances)
                .map(v -> Math.sqrt(n) * v / norm - 1)
                .map(v -> v * v)
                .sum());
        double delta = distance / Math.sqrt(2 * (n - Math.sqrt(n)));
        double kept = n - delta * delta * (n - Math.sqrt(n));
        return (kept * kept / n - 1) / (n - 1);
    }

    /**
     * Isotropy of the partition function Z(c) = sum over rows of exp(c x), over the eigenvectors c of X'X (Mu and Viswanath
     * 2018): its least over its greatest value. An eigenvector has two signs; both are asked, so that the figure does not
     * depend on the one that a decomposition happens to give, as it does in other implementations.
     *
     * @return above 0 to 1 (isotropic)
     */
    public double partitionIsotropy() {
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        for (int axis = 0; axis < plain.right().length; axis++) {
            for (boolean positive : new boolean[] {true, false}) {
                double z = partition(axis, positive);
                least = Math.min(least, z);
                most = Math.max(most, z);
            }
        }
        return least / most;
    }

    /** Z of one eigenvector, in the order of falling eigenvalues, with the sign that makes its largest entry positive or not. */
    double partition(int axis, boolean positive) {
        double[] c = plain.right()[axis];
        double largest = Arrays.stream(c).reduce(0, (a, b) -> Math.abs(b) > Math.abs(a) ? b : a);
        double sign = largest > 0 == positive ? 1 : -1;
        return Arrays.stream(rows).mapToDouble(row -> Math.exp(sign * Spaces.dot(c, row))).sum();
    }

    /**
     * Mean cosine of all pairs of rows.
     *
     * @return -1 to 1; about 0 where directions are spread evenly
     */
    public double meanCosine() {
        double sum = 0;
        for (int i = 0; i < units.length; i++) {
            for (int j = 0; j < i; j++) {
                sum += Spaces.dot(units[i], units[j]);
            }
        }
        return sum / pairs();
    }

    private double pairs() {
        return units.length * (units.length - 1.0) / 2;
    }

    /**
     * RankMe (Garrido et al. 2023): exponential of the entropy of the singular values.
     *
     * @return 1 to the lesser of n and d
     */
    public double rankMe() {
        double all = Arrays.stream(plain.values()).sum();
        return Math.exp(-Arrays.stream(plain.values())
                .map(s -> s / all)
                .map(p -> p * Math.log(p + NO_LOGARITHM_OF_ZERO))
                .sum());
    }

    /**
     * Effective rank of the covariance (Roy and Vetterli 2007): exponential of the entropy of its eigenvalues.
     *
     * @return 1 to d
     */
    public double effectiveRank() {
        double all = Arrays.stream(variances).sum();
        return Math.exp(-Arrays.stream(variances)
                .map(v -> v / all)
                .filter(p -> p > 0)
                .map(p -> p * Math.log(p))
                .sum());
    }

    /**
     * Participation ratio of the covariance's eigenvalues: square of their sum over the sum of their squares.
     *
     * @return 1 to d
     */
    public double participationRatio() {
        double all = Arrays.stream(variances).sum();
        return all * all / Arrays.stream(variances).map(v -> v * v).sum();
    }

    /**
     * Uniformity on the sphere (Wang and Isola 2020): logarithm of the mean of exp(-t |x - y|^2) over pairs of unit rows.
     *
     * @param t usually 2
     * @return at most 0; the lower, the more even
     */
    public double uniformity(double t) {
        double sum = 0;
        for (int i = 0; i < units.length; i++) {
            for (int j = 0; j < i; j++) {
                sum += Math.exp(-t * (2 - 2 * Spaces.dot(units[i], units[j])));
            }
        }
        return Math.log(sum / pairs());
    }

    /**
     * Hubness (Radovanovic et al. 2010): skewness of how often a row is among the k nearest of others, by cosine.
     *
     * @param k 1 to n - 1
     * @return about 0 without hubs; NaN where all rows are met equally often
     */
    public double hubness(int k) {
        double[] met = new double[units.length];
        for (int[] near : Spaces.neighbours(units, k)) {
            for (int row : near) {
                met[row]++;
            }
        }
        double variance = Arrays.stream(met).map(m -> (m - k) * (m - k)).average().orElse(0);
        return Arrays.stream(met).map(m -> Math.pow(m - k, 3)).average().orElse(0) / Math.pow(variance, 1.5);
    }

    /**
     * Principal components: variance of each, descending (divisor n - 1).
     *
     * @return d numbers, 0 where n is too small
     */
    public double[] variances() {
        return variances.clone();
    }
}
