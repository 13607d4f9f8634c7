package io.github.embeddinglab.api.training;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A loss of the caller's own. {@code laboratory-training} has its one implementation, {@code OwnLoss}, since a loss is written on
 * its tensors.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface UserLoss {
    /**
     * Its name in records.
     *
     * @return as in {@code my-loss}
     */
    String name();
}
