package io.github.embeddinglab.api;

import java.time.Duration;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * How long speed is measured.
 *
 * @param warmup before the first measurement of a model
 * @param each length of one measurement
 * @param rounds measurements of each kind, at least 2; models take turns, so that heat and neighbours favour none
 * @param callers concurrent callers of the suite {@link Suite#PRODUCTION}, at least 1
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Effort(Duration warmup, Duration each, int rounds, int callers) {
    private static final int LEAST_ROUNDS = 2;

    /**
     * Checks the ranges.
     *
     * @throws ConfigurationException naming the value and its range
     */
    public Effort {
        if (warmup.isNegative() || each.isNegative() || each.isZero()) {
            throw new ConfigurationException("warm-up is " + warmup + " and each measurement " + each
                    + "; the first must not be negative, the second must be longer than nothing");
        }
        if (rounds < LEAST_ROUNDS || callers < 1) {
            throw new ConfigurationException("rounds is " + rounds + " and callers is " + callers + "; give at least "
                    + LEAST_ROUNDS + " rounds (an interval needs two) and 1 caller");
        }
    }

    /**
     * Three seconds of warm-up, five rounds of three seconds, eight callers.
     *
     * @return the default
     */
    public static Effort defaults() {
        return new Effort(Duration.ofSeconds(3), Duration.ofSeconds(3), 5, 8);
    }
}
