package io.github.embeddinglab.training.adapter;

import io.github.embeddinglab.api.InvalidInputException;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * How an adapter is trained.
 *
 * @param shape of the map, and which side it is on
 * @param optimization of the loss
 * @param schedule how long
 * @param seed of the order of rows and of the first values
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record AdapterSettings(Shape shape, Optimization optimization, Schedule schedule, long seed) {
    /** Which vectors are mapped. */
    public enum Side {
        /** Queries alone: vectors of documents stay as they are, and so does an index of them. */
        QUERY,
        /** Queries and documents: documents have to be embedded again. */
        BOTH
    }

    /**
     * The map.
     *
     * @param side which vectors are mapped
     * @param rank of the change; 0 for a full matrix
     */
    public record Shape(Side side, int rank) {
        /**
         * Checks.
         *
         * @throws InvalidInputException when the rank is negative
         */
        public Shape {
            if (rank < 0) {
                throw new InvalidInputException("the rank is " + rank + "; give 0 for a full map, or a rank from 1 on");
            }
        }
    }

    /**
     * AdamW on InfoNCE.
     *
     * @param learningRate of AdamW, falling to 0 over all epochs
     * @param weightDecay of the change, so that the map is pulled to the identity
     * @param scale of the cosines, 1 / temperature
     */
    public record Optimization(double learningRate, double weightDecay, double scale) {
        /**
         * Checks.
         *
         * @throws InvalidInputException when one is out of range
         */
        public Optimization {
            if (!(learningRate > 0 && learningRate < 1 && weightDecay >= 0 && scale > 0 && Double.isFinite(scale + weightDecay))) {
                throw new InvalidInputException("learning rate " + learningRate + ", weight decay " + weightDecay + ", scale "
                        + scale + "; give a rate between 0 and 1, a decay from 0 on and a scale above 0");
            }
        }
    }

    /**
     * How long.
     *
     * @param epochs at most
     * @param batch rows of a batch, at least 2, cut to the size of the data; the other rows' documents are the negatives
     * @param patience epochs without a better score on the selection part after which training stops
     */
    public record Schedule(int epochs, int batch, int patience) {
        /**
         * Checks.
         *
         * @throws InvalidInputException when one is out of range
         */
        public Schedule {
            if (epochs < 1 || batch < 2 || patience < 1) {
                throw new InvalidInputException("epochs " + epochs + ", batch " + batch + ", patience " + patience
                        + "; give at least 1 epoch, 2 rows a batch and a patience of 1");
            }
        }
    }

    /**
     * A full map on one side; rate 1e-4, decay 0.01, scale 20; 40 epochs of batches of 256, patience 8; seed 42.
     *
     * @param side which vectors are mapped
     * @return the settings
     */
    public static AdapterSettings defaults(Side side) {
        return new AdapterSettings(
                new Shape(side, 0), new Optimization(1e-4, 0.01, 20), new Schedule(40, 256, 8), 42);
    }

    /**
     * With another seed.
     *
     * @param other the seed
     * @return a copy
     */
    public AdapterSettings withSeed(long other) {
        return new AdapterSettings(shape, optimization, schedule, other);
    }
}
