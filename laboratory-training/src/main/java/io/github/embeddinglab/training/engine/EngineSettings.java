package io.github.embeddinglab.training.engine;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.encoder.LearningRate;
import io.github.embeddinglab.training.encoder.Trained;
import io.github.embeddinglab.training.spi.Precision;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * All that a step depends on besides model, loss and batch.
 *
 * @param learningRate by step
 * @param weightDecay of matrices and tables, at least 0
 * @param maxGradientNorm limit of the common norm of all gradients, above 0; infinite for none
 * @param trained which weights change
 * @param precision of the big products
 * @param memory what limits a pass
 * @param seed of dropout, low-rank maps and corruption
 * @param dropout whether the model's dropout is applied
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record EngineSettings(
        LearningRate learningRate,
        double weightDecay,
        double maxGradientNorm,
        Trained trained,
        Precision precision,
        Memory memory,
        long seed,
        boolean dropout) {

    /**
     * What limits a pass. A loss batch that does not fit is cut into micro-batches; its own size never changes.
     *
     * @param ceilingBytes of weights, gradients, optimizer state and the activations of one pass together, by
     *     {@link MemoryEstimate}; 0 for no limit
     * @param microTexts texts in one pass at most, whatever the ceiling; 0 for no limit
     * @param checkpointing whether layers are computed again on the way back
     */
    public record Memory(long ceilingBytes, int microTexts, GradientCheckpointing checkpointing) {
        /** The whole loss batch in one pass. */
        public static final Memory UNLIMITED = new Memory(0, 0);

        /**
         * Limits with gradient checkpointing where one text needs it.
         *
         * @param ceilingBytes 0 for no limit
         * @param microTexts 0 for no limit
         */
        public Memory(long ceilingBytes, int microTexts) {
            this(ceilingBytes, microTexts, GradientCheckpointing.AUTO);
        }

        /** Checks the limits. */
        public Memory {
            if (ceilingBytes < 0 || microTexts < 0) {
                throw new InvalidInputException("a memory ceiling of " + ceilingBytes + " bytes and micro-batches of " + microTexts
                        + " texts; give numbers above 0, or 0 for no limit");
            }
        }
    }

    /** When a pass keeps the inputs of layers alone, see {@link io.github.embeddinglab.training.encoder.LayerTape}. */
    public enum GradientCheckpointing {
        /** Where the smallest pass would exceed the ceiling otherwise. */
        AUTO,
        /** Always. */
        ON,
        /** Never: what does not fit is refused. */
        OFF
    }

    /** Checks the settings together. */
    public EngineSettings {
        if (!(weightDecay >= 0) || !(maxGradientNorm > 0)) {
            throw new InvalidInputException("weight decay " + weightDecay + " and gradient norm limit " + maxGradientNorm
                    + "; give a decay of at least 0 and a limit above 0");
        }
    }

    /**
     * Usual settings: weight decay 0.01, gradient norm 1, all weights, single precision, no limit of memory, dropout, seed 42.
     *
     * @param learningRate by step
     * @return the settings, to be changed by the methods below
     */
    public static EngineSettings of(LearningRate learningRate) {
        return new EngineSettings(learningRate, 0.01, 1, Trained.everything(), Precision.FLOAT32, Memory.UNLIMITED, 42, true);
    }

    /**
     * Another weight decay.
     *
     * @param decay at least 0
     * @return changed settings
     */
    public EngineSettings withWeightDecay(double decay) {
        return new EngineSettings(learningRate, decay, maxGradientNorm, trained, precision, memory, seed, dropout);
    }

    /**
     * Another limit of the gradients.
     *
     * @param norm above 0; infinite for none
     * @return changed settings
     */
    public EngineSettings withMaxGradientNorm(double norm) {
        return new EngineSettings(learningRate, weightDecay, norm, trained, precision, memory, seed, dropout);
    }

    /**
     * Another choice of weights.
     *
     * @param choice which weights change
     * @return changed settings
     */
    public EngineSettings withTrained(Trained choice) {
        return new EngineSettings(learningRate, weightDecay, maxGradientNorm, choice, precision, memory, seed, dropout);
    }

    /**
     * Another precision.
     *
     * @param wanted of the big products
     * @return changed settings
     */
    public EngineSettings withPrecision(Precision wanted) {
        return new EngineSettings(learningRate, weightDecay, maxGradientNorm, trained, wanted, memory, seed, dropout);
    }

    /**
     * Another limit of a pass.
     *
     * @param limits ceiling and micro-batch
     * @return changed settings
     */
    public EngineSettings withMemory(Memory limits) {
        return new EngineSettings(learningRate, weightDecay, maxGradientNorm, trained, precision, limits, seed, dropout);
    }

    /**
     * Another seed.
     *
     * @param number any
     * @return changed settings
     */
    public EngineSettings withSeed(long number) {
        return new EngineSettings(learningRate, weightDecay, maxGradientNorm, trained, precision, memory, number, dropout);
    }

    /**
     * With or without dropout.
     *
     * @param wanted whether the model's dropout is applied
     * @return changed settings
     */
    public EngineSettings withDropout(boolean wanted) {
        return new EngineSettings(learningRate, weightDecay, maxGradientNorm, trained, precision, memory, seed, wanted);
    }
}
