package io.github.embeddinglab.api;

import java.util.Locale;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A figure with its confidence interval.
 *
 * @param value the figure on all units, as a fraction; NaN where it is undefined (a correlation with a constant column)
 * @param low lower end of the interval, NaN where there is none
 * @param high upper end of the interval, NaN where there is none
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Score(double value, double low, double high) {
    /**
     * Whether the figure means anything.
     *
     * @return false for NaN
     */
    public boolean defined() {
        return !Double.isNaN(value);
    }

    @Override
    public String toString() {
        return defined() ? String.format(Locale.ROOT, "%.4f [%.4f, %.4f]", value, low, high) : "undefined";
    }
}
