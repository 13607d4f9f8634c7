package io.github.embeddinglab.evaluation.classification;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Multinomial logistic regression, binomial for two labels, with an L2 penalty on the weights and a free intercept:
 * minimises mean loss + |W|^2 / (2 C n) by L-BFGS from zero, as scikit-learn's {@code LogisticRegression(C, max_iter)} with
 * its default solver does. Deterministic on any number of threads. A fit costs O(iterations n d labels).
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class LogisticRegression {
    private static final double TOLERANCE = 1e-4;
    private static final int BLOCK = 64;

    private final List<String> labels;
    private final int dimensions;
    private final int columns;
    private final double[] weights;

    private LogisticRegression(List<String> labels, int dimensions, int columns, double[] weights) {
        this.labels = labels;
        this.dimensions = dimensions;
        this.columns = columns;
        this.weights = weights;
    }

    /**
     * Settings of a fit.
     *
     * @param c inverse strength of the penalty, above 0
     * @param iterations at most, at least 1
     * @param tolerance the fit ends when no component of the gradient is larger
     */
    public record Settings(double c, int iterations, double tolerance) {
        /**
         * Checks the settings.
         *
         * @throws InvalidInputException when one is out of range
         */
        public Settings {
            if (!(c > 0) || iterations < 1 || !(tolerance > 0)) {
                throw new InvalidInputException("C " + c + ", " + iterations + " iterations and tolerance " + tolerance
                        + " do not fit; give C and tolerance above 0 and at least 1 iteration");
            }
        }

        /**
         * C = 1, 100 iterations, tolerance 1e-4.
         *
         * @return the defaults
         */
        public static Settings defaults() {
            return new Settings(1, 100, TOLERANCE);
        }
    }

    /**
     * Fits.
     *
     * @param points n arrays of d finite numbers
     * @param labels n labels, at least two different ones
     * @param settings penalty and end
     * @return the classifier
     * @throws InvalidInputException when sizes differ or there is one label only
     */
    public static LogisticRegression fit(float[][] points, List<String> labels, Settings settings) {
        TreeMap<String, Integer> index = new TreeMap<>();
        new TreeSet<>(labels).forEach(label -> index.put(label, index.size()));
        if (points.length != labels.size() || index.size() < 2) {
            throw new InvalidInputException(points.length + " points, " + labels.size() + " labels, " + index.size()
                    + " different ones; give one label a point and at least two different labels");
        }
        int[] gold = labels.stream().mapToInt(label -> index.getOrDefault(label, 0)).toArray();
        int d = points[0].length;
        int k = index.size() == 2 ? 1 : index.size();
        double[] weights = new double[(d + 1) * k];
        Lbfgs.minimize(new Loss(points, gold, k, settings.c()), weights, settings.iterations(), settings.tolerance());
        return new LogisticRegression(List.copyOf(index.keySet()), d, k, weights);
    }

    /**
     * Predicts.
     *
     * @param points n arrays of d numbers
     * @return one label a point
     */
    public List<String> predict(float[][] points) {
        return Arrays.stream(points).map(this::predict).toList();
    }

    private String predict(float[] point) {
        double[] logits = decision(point);
        if (columns == 1) {
            return labels.get(logits[0] > 0 ? 1 : 0);
        }
        int best = 0;
        for (int c = 1; c < columns; c++) {
            best = logits[c] > logits[best] ? c : best;
        }
        return labels.get(best);
    }

    /**
     * The values that decide.
     *
     * @param point d numbers
     * @return one for each label in alphabetical order; for two labels one number, above 0 for the second
     */
    public double[] decision(float[] point) {
        if (point.length != dimensions) {
            throw new InvalidInputException(
                    "a point of " + point.length + " numbers does not fit a classifier of " + dimensions);
        }
        double[] logits = new double[columns];
        Loss.logits(point, weights, columns, logits);
        return logits;
    }

    /** Mean cross entropy with penalty; weights are d rows of k numbers and one row of intercepts. */
    private static final class Loss implements Lbfgs.Objective {
        private final float[][] points;
        private final int[] gold;
        private final int k;
        private final double penalty;

        Loss(float[][] points, int[] gold, int k, double c) {
            this.points = points;
            this.gold = gold;
            this.k = k;
            this.penalty = 1 / (c * points.length);
        }

        static void logits(float[] point, double[] weights, int k, double[] logits) {
            int d = point.length;
            System.arraycopy(weights, d * k, logits, 0, k);
            for (int j = 0; j < d; j++) {
                double x = point[j];
                int offset = j * k;
                for (int c = 0; c < k; c++) {
                    logits[c] += x * weights[offset + c];
                }
            }
        }

        @Override
        public double at(double[] weights, double[] gradient) {
            int n = points.length;
            int blocks = (n + BLOCK - 1) / BLOCK;
            // a fixed number of parts, summed in order, whatever the number of threads
            int parts = Math.min(blocks, 8);
            double[][] gradients = new double[parts][gradient.length];
            double[] losses = new double[parts];
            IntStream.range(0, parts).parallel().forEach(part -> {
                int from = (int) ((long) n * part / parts);
                int to = (int) ((long) n * (part + 1) / parts);
                double[] logits = new double[k];
                for (int i = from; i < to; i++) {
                    logits(points[i], weights, k, logits);
                    losses[part] += k == 1 ? binomial(logits, gold[i]) : multinomial(logits, gold[i]);
                    add(points[i], logits, gradients[part]);
                }
            });
            double loss = 0;
            Arrays.fill(gradient, 0);
            for (int part = 0; part < parts; part++) {
                loss += losses[part];
                for (int i = 0; i < gradient.length; i++) {
                    gradient[i] += gradients[part][i];
                }
            }
            double squares = 0;
            int penalised = weights.length - k;
            for (int i = 0; i < weights.length; i++) {
                gradient[i] /= n;
                if (i < penalised) {
                    gradient[i] += penalty * weights[i];
                    squares += weights[i] * weights[i];
                }
            }
            return loss / n + penalty / 2 * squares;
        }

        private void add(float[] point, double[] residual, double[] gradient) {
            int d = point.length;
            for (int j = 0; j < d; j++) {
                double x = point[j];
                int offset = j * k;
                for (int c = 0; c < k; c++) {
                    gradient[offset + c] += x * residual[c];
                }
            }
            for (int c = 0; c < k; c++) {
                gradient[d * k + c] += residual[c];
            }
        }

        /** The loss; leaves the derivative in the logits. */
        private static double multinomial(double[] logits, int gold) {
            double most = Double.NEGATIVE_INFINITY;
            for (double logit : logits) {
                most = Math.max(most, logit);
            }
            double goldLogit = logits[gold];
            double sum = 0;
            for (int c = 0; c < logits.length; c++) {
                logits[c] = Math.exp(logits[c] - most);
                sum += logits[c];
            }
            for (int c = 0; c < logits.length; c++) {
                logits[c] /= sum;
            }
            logits[gold] -= 1;
            return Math.log(sum) + most - goldLogit;
        }

        private static double binomial(double[] logits, int gold) {
            double z = logits[0];
            double log = Math.log1p(Math.exp(-Math.abs(z))) + Math.max(0, z);
            logits[0] = (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z))) - gold;
            return log - gold * z;
        }
    }
}
