package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.Tensor;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** What training makes small: a scalar computed from the embeddings of a batch. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
@FunctionalInterface
public interface Loss {

    /**
     * Computes the loss.
     *
     * @param batch embeddings and what is known about them
     * @return a scalar, differentiable with respect to the embeddings
     * @throws InvalidInputException when the batch is not of the form that the loss needs
     */
    Tensor of(LossBatch batch);

    /**
     * Whether the loss is the mean over rows of a function of each row by itself. Such a loss is summed over parts of a batch;
     * one that compares rows, as with in-batch negatives, is computed for the whole batch from cached embeddings.
     *
     * @return false unless the loss says so, which is right for every loss
     */
    default boolean meanOfRows() {
        return false;
    }

    /**
     * Weights of the loss itself, which are trained with the model and not saved in its folder.
     *
     * @return none, unless the loss says so
     */
    default List<Tensor> parameters() {
        return List.of();
    }
}
