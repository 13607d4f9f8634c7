package io.github.embeddinglab.core.model;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** The error function, which exact GELU is made of and Java lacks. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class ErrorFunction {
    private ErrorFunction() {}

    /**
     * The error function, to about 1e-15: erf x = 2/sqrt(pi) exp(-x^2) sum over n of 2^n x^(2n+1) / (2n+1)!!, whose terms are
     * all of one sign (Abramowitz and Stegun 7.1.6).
     *
     * @param x any number
     * @return erf x, from -1 to 1; NaN for NaN
     */
    public static double of(double x) {
        if (Double.isNaN(x)) {
            return x;
        }
        if (Math.abs(x) > 6) {
            return Math.signum(x);
        }
        double term = x;
        double sum = x;
        for (int n = 1; n < 300 && Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }
}
