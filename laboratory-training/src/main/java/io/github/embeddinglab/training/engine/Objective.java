package io.github.embeddinglab.training.engine;

import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.encoder.DropoutKey;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.loss.Loss;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * What training makes small, in two halves, so that a batch can be cut between them: texts are encoded, part by part, and a loss is
 * computed from what all parts gave.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface Objective {

    /**
     * A loss on embeddings as an objective.
     *
     * @param loss on the embeddings of all columns
     * @return the objective
     */
    static Objective of(Loss loss) {
        return new EmbeddingObjective(loss);
    }

    /**
     * What the encoder reads in a step; by default the texts as they are. Corruption of texts belongs here: it happens before a
     * batch is cut, so it does not depend on the cut.
     *
     * @param batch as given
     * @param seed a function of the training's seed and the step
     * @return a batch of as many rows
     */
    default TrainingBatch prepare(TrainingBatch batch, long seed) {
        return batch;
    }

    /**
     * Whether the loss of a batch is the mean of its rows' losses by {@link #weight}. If not, gradients are cached where a batch is
     * cut, which is right for every objective whose {@link #encode} treats rows one by one.
     *
     * @return true for a weighted mean of rows
     */
    boolean meanOfRows();

    /**
     * Share of a part in a mean of rows.
     *
     * @param part of a prepared batch
     * @return its number of rows, or what else the mean is over; at least 0
     */
    default double weight(TrainingBatch part) {
        return part.rows();
    }

    /**
     * Encodes one column of a part.
     *
     * @param model that is trained
     * @param column texts
     * @param index which column
     * @param masks of the dropout; null for none
     * @return tensors whose first axis counts the rows
     */
    List<Tensor> encode(TrainableModel model, TokenBatch column, int index, @Nullable DropoutKey masks);

    /**
     * Computes the loss from what {@link #encode} gave.
     *
     * @param encoded tensors of each column
     * @param batch the prepared batch, or the part of it that was encoded
     * @return a scalar
     */
    Tensor loss(List<List<Tensor>> encoded, TrainingBatch batch);

    /**
     * Memory of a pass beside weights and layers of the encoder, as of scores of all words.
     *
     * @param texts in the pass
     * @param length tokens that each is padded to
     * @return bytes; 0 unless the objective says so
     */
    default long extraBytes(long texts, int length) {
        return 0;
    }

    /**
     * Weights of the objective itself, which are trained with the model and not saved in its folder.
     *
     * @return none, unless the objective says so
     */
    List<Tensor> parameters();

    /**
     * Refuses a model that it cannot train, before the first step.
     *
     * @param model to be trained
     */
    default void check(TrainableModel model) {}
}
