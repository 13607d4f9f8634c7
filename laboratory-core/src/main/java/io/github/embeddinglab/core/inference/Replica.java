package io.github.embeddinglab.core.inference;

import java.nio.FloatBuffer;

/** A loaded graph that runs batches. */
interface Replica extends AutoCloseable {
    /** The device's name. */
    String name();

    /**
     * Runs a batch.
     *
     * @param batch n texts
     * @param target takes n x d numbers, row-major
     * @throws io.github.embeddinglab.api.DeviceException when the runtime fails
     */
    void run(TokenBatch batch, FloatBuffer target);

    @Override
    void close();
}
