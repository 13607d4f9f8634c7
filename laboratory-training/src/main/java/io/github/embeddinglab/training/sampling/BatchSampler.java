package io.github.embeddinglab.training.sampling;

import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** The batches of an epoch. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
@FunctionalInterface
public interface BatchSampler {
    /**
     * Batches of an epoch; the same for the same epoch.
     *
     * @param epoch from 0 on
     * @return places of rows, each at most once; no batch is empty
     */
    List<int[]> epoch(long epoch);
}
