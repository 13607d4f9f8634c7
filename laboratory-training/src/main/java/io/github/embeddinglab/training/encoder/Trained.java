package io.github.embeddinglab.training.encoder;

import io.github.embeddinglab.api.InvalidInputException;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Which weights of a model training changes.
 *
 * @param lastLayers layers from the end, with the modules behind them; {@link #ALL} for all, the embeddings included; 0 for the
 *     modules alone
 * @param wordEmbeddings whether the table of words is trained; only where all layers are
 * @param loraRank width of the low-rank maps that are trained in the stead of the layers' matrices (Hu et al. 2022), 0 for none
 * @param loraAlpha the maps' product is multiplied by {@code loraAlpha / loraRank}; twice the rank is usual
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Trained(int lastLayers, boolean wordEmbeddings, int loraRank, double loraAlpha) {
    /** More layers than any model has. */
    public static final int ALL = Integer.MAX_VALUE;

    /** Checks the settings together. */
    public Trained {
        if (lastLayers < 0 || loraRank < 0 || (loraRank > 0 && !(loraAlpha > 0))) {
            throw new InvalidInputException("training of " + lastLayers + " layers with low-rank maps of " + loraRank + " and alpha " + loraAlpha
                    + "; give counts of at least 0 and an alpha above 0");
        }
    }

    /**
     * All weights.
     *
     * @return the choice
     */
    public static Trained everything() {
        return new Trained(ALL, true, 0, 0);
    }

    /**
     * All but the table of words, which is half of a small model and forgets fastest in short runs.
     *
     * @return the choice
     */
    public static Trained withoutWords() {
        return new Trained(ALL, false, 0, 0);
    }

    /**
     * The last layers and the modules behind them.
     *
     * @param layers how many
     * @return the choice
     */
    public static Trained last(int layers) {
        return new Trained(layers, false, 0, 0);
    }

    /**
     * Low-rank maps beside all matrices of the layers; every weight of the folder is frozen until the maps are added to it.
     *
     * @param rank 4 to 64 is usual
     * @return the choice, alpha being twice the rank
     */
    public static Trained lora(int rank) {
        return new Trained(ALL, false, rank, 2.0 * rank);
    }
}
