package io.github.embeddinglab.training.spi;

import io.github.embeddinglab.training.Tensor;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Parameters that share a weight decay.
 *
 * @param parameters of one backend
 * @param weightDecay share of a weight that is taken off at each step, times the learning rate; at least 0
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record ParameterGroup(List<Tensor> parameters, double weightDecay) {
    /** Copies the list. */
    public ParameterGroup {
        parameters = List.copyOf(parameters);
    }
}
