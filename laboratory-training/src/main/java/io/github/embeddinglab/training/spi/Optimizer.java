package io.github.embeddinglab.training.spi;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Changes parameters along their gradients. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface Optimizer {
    /**
     * Makes one step. A parameter without a gradient stays as it is, its state too.
     *
     * @param learningRate at least 0
     */
    void step(double learningRate);
}
