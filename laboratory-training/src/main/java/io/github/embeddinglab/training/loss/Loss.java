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
     * Weights of the loss itself, which are trained with the model and not saved in its folder.
     *
     * @return none, unless the loss says so
     */
    default List<Tensor> parameters() {
        return List.of();
    }
}
