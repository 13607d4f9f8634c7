package io.github.embeddinglab.evaluation.statistics;

/** The standard normal distribution. */
final class Normal {
    private static final double TAIL = 38;
    private static final double SERIES_LIMIT = 6;
    private static final int STEPS = 200;

    private Normal() {}

    /** P(Z below z), by the Taylor series of the density's integral, in the tails by Laplace's continued fraction. */
    static double cumulative(double z) {
        if (Double.isNaN(z)) {
            return Double.NaN;
        }
        double x = Math.abs(z);
        if (x > TAIL) {
            return z > 0 ? 1 : 0;
        }
        double density = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
        double upper;
        if (x < SERIES_LIMIT) {
            double term = x;
            double sum = x;
            for (int i = 3; term > sum * 1e-17 && i < 2 * STEPS; i += 2) {
                term *= x * x / i;
                sum += term;
            }
            upper = 0.5 - density * sum;
        } else {
            double fraction = x;
            for (int i = STEPS; i > 0; i--) {
                fraction = x + i / fraction;
            }
            upper = density / fraction;
        }
        return z > 0 ? 1 - upper : upper;
    }

    /** The z with the given probability below it, by bisection to the last bit that the distribution resolves. */
    static double quantile(double probability) {
        if (probability <= 0) {
            return Double.NEGATIVE_INFINITY;
        }
        if (probability >= 1) {
            return Double.POSITIVE_INFINITY;
        }
        double low = -TAIL;
        double high = TAIL;
        for (int i = 0; i < 80; i++) {
            double middle = (low + high) / 2;
            if (cumulative(middle) < probability) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }
}
