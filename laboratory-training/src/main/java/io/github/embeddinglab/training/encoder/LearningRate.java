package io.github.embeddinglab.training.encoder;

import io.github.embeddinglab.api.InvalidInputException;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Learning rate by step: it rises from 0 in a straight line over the warm-up, then follows a shape. As in the reference the very
 * first step of a warm-up has the rate 0.
 *
 * @param peak the greatest rate, above 0
 * @param shape what follows the warm-up
 * @param warmup steps until the peak, at least 0 and at most {@code steps}
 * @param steps of the whole training, at least 1
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record LearningRate(double peak, Shape shape, int warmup, int steps) {

    /** What follows the warm-up. */
    public enum Shape {
        /** A straight line to 0 at the last step. */
        LINEAR,
        /** Half a cosine wave to 0 at the last step (Loshchilov and Hutter 2017). */
        COSINE,
        /** The peak. */
        CONSTANT
    }

    /** Checks the settings together. */
    public LearningRate {
        if (!(peak > 0) || steps < 1 || warmup < 0 || warmup > steps) {
            throw new InvalidInputException("learning rate " + peak + " with " + warmup + " warm-up steps of " + steps
                    + "; give a rate above 0, at least one step, and a warm-up within them");
        }
    }

    /**
     * The rate of a step.
     *
     * @param step from 0; beyond the last the rate is the last step's end
     * @return 0 to the peak
     */
    public double at(int step) {
        if (step < warmup) {
            return peak * step / warmup;
        }
        double left = steps == warmup ? 0 : Math.max(0, (double) (steps - step) / (steps - warmup));
        return switch (shape) {
            case LINEAR -> peak * left;
            case COSINE -> peak * 0.5 * (1 + Math.cos(Math.PI * (1 - left)));
            case CONSTANT -> peak;
        };
    }
}
