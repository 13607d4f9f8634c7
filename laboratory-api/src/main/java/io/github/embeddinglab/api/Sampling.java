package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * How intervals and tests resample their units.
 *
 * @param confidence of the intervals, between 0 and 1
 * @param resamples how many, at least 100
 * @param seed of the random numbers; the same seed gives the same interval on any number of threads
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Sampling(double confidence, int resamples, long seed) {
    private static final int LEAST_RESAMPLES = 100;
    private static final Sampling DEFAULTS = new Sampling(0.95, 10_000, 42);

    /**
     * Checks the settings.
     *
     * @throws InvalidInputException when one is out of range
     */
    public Sampling {
        if (!(confidence > 0 && confidence < 1)) {
            throw new InvalidInputException("confidence is " + confidence + "; give a fraction between 0 and 1, as in 0.95");
        }
        if (resamples < LEAST_RESAMPLES) {
            throw new InvalidInputException("resamples is " + resamples + "; give at least " + LEAST_RESAMPLES);
        }
    }

    /**
     * 95 %, 10,000 resamples, seed 42.
     *
     * @return the defaults
     */
    public static Sampling defaults() {
        return DEFAULTS;
    }

    /**
     * With another seed.
     *
     * @param other the seed
     * @return a copy
     */
    public Sampling withSeed(long other) {
        return new Sampling(confidence, resamples, other);
    }

    /**
     * With another number of resamples.
     *
     * @param other at least 100
     * @return a copy
     */
    public Sampling withResamples(int other) {
        return new Sampling(confidence, other, seed);
    }

    /**
     * With another confidence.
     *
     * @param other between 0 and 1
     * @return a copy
     */
    public Sampling withConfidence(double other) {
        return new Sampling(other, resamples, seed);
    }
}
