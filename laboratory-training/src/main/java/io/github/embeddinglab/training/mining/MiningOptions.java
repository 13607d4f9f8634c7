package io.github.embeddinglab.training.mining;

import io.github.embeddinglab.api.InvalidInputException;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Which documents near a query count as hard negatives.
 *
 * @param window ranks that are looked at
 * @param margins how far below the positive a negative must be
 * @param choice which of those that are left are taken
 * @param seed of a random choice
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record MiningOptions(Window window, Margins margins, Choice choice, long seed) {
    private static final Window WINDOW = new Window(10, 100);
    private static final double RELATIVE = 0.95;

    /**
     * Ranks among the documents that are no positive of the query; the nearest has rank 1. The first ones are often
     * unlabelled answers.
     *
     * @param first at least 1
     * @param last at least the first
     */
    public record Window(int first, int last) {
        /**
         * Checks.
         *
         * @throws InvalidInputException when the window is empty
         */
        public Window {
            if (first < 1 || last < first) {
                throw new InvalidInputException(
                        "the ranks are " + first + " to " + last + "; give a first rank from 1 on and a last that is not below it");
            }
        }
    }

    /**
     * Limits on a negative's cosine.
     *
     * @param relative at most this times the positive's, where that is above 0; 1 switches it off but for negatives nearer
     *     than the positive (NV-Retriever, Moreira et al. 2024, .95)
     * @param absolute at least this below the positive's; 0 asks nothing more than not nearer
     */
    public record Margins(double relative, double absolute) {
        /**
         * Checks.
         *
         * @throws InvalidInputException when one is out of range
         */
        public Margins {
            if (!(relative > 0 && relative <= 1)) {
                throw new InvalidInputException("the relative margin is " + relative
                        + "; give a fraction of the positive's score, above 0 and at most 1, as in 0.95");
            }
            if (!(absolute >= 0 && absolute < 2)) {
                throw new InvalidInputException(
                        "the absolute margin is " + absolute + "; give a difference of cosines from 0 on and below 2");
            }
        }

        boolean allows(double positive, double negative) {
            return allowsRelative(positive, negative) && allowsAbsolute(positive, negative);
        }

        boolean allowsRelative(double positive, double negative) {
            return positive <= 0 || negative <= relative * positive;
        }

        boolean allowsAbsolute(double positive, double negative) {
            return negative <= positive - absolute;
        }
    }

    /**
     * How many are taken.
     *
     * @param count of each query; queries with fewer are left out
     * @param random whether any of those that are left are drawn, or the nearest taken
     */
    public record Choice(int count, boolean random) {
        /**
         * Checks.
         *
         * @throws InvalidInputException when the count is below 1
         */
        public Choice {
            if (count < 1) {
                throw new InvalidInputException("negatives of each query are " + count + "; give at least 1");
            }
        }
    }

    /**
     * Ranks 10 to 100, at most .95 of the positive's cosine, one negative, the nearest.
     *
     * @return the defaults
     */
    public static MiningOptions defaults() {
        return new MiningOptions(WINDOW, new Margins(RELATIVE, 0), new Choice(1, false), 42);
    }
}
