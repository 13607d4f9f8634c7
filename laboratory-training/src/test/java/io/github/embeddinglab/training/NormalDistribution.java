package io.github.embeddinglab.training;

/** The standard normal distribution, to double precision. */
final class NormalDistribution {
    private NormalDistribution() {}

    static double density(double x) {
        return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    /** Series of Marsaglia (2004) near the middle; the continued fraction of Laplace beyond. */
    static double below(double x) {
        if (Math.abs(x) < 5) {
            double term = x;
            double sum = x;
            for (int i = 3; Math.abs(term) > 1e-18 * Math.abs(sum) && i < 400; i += 2) {
                term *= x * x / i;
                sum += term;
            }
            return 0.5 + sum * density(x);
        }
        double fraction = 0;
        double a = Math.abs(x);
        for (int k = 60; k > 0; k--) {
            fraction = k / (a + fraction);
        }
        double tail = density(x) / (a + fraction);
        return x > 0 ? 1 - tail : tail;
    }
}
