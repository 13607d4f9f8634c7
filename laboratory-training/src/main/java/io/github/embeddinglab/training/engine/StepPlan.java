package io.github.embeddinglab.training.engine;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * How a loss batch is computed.
 *
 * @param way of the backward pass
 * @param microTexts texts in one pass at most
 * @param checkpointing whether layers are computed again on the way back, so that of each its input is kept alone
 * @param estimatedBytes of weights, gradients, optimizer state and the activations of the largest pass
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record StepPlan(Way way, int microTexts, boolean checkpointing, long estimatedBytes) {

    /** Ways of the backward pass. */
    public enum Way {
        /** One forward and one backward pass for the whole batch. */
        WHOLE,
        /** One forward and one backward pass for each part, gradients being summed. */
        ACCUMULATED,
        /**
         * A forward pass for all parts without derivatives, the loss and its derivatives by the embeddings, then a forward and a
         * backward pass for each part (Gao et al. 2021, Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup).
         * It costs one forward pass more.
         */
        CACHED
    }
}
