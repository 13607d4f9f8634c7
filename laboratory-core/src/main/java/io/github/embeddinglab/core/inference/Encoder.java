package io.github.embeddinglab.core.inference;

import java.nio.FloatBuffer;

/** What runs batches: replicas that take one thread a batch, and the session for a batch that is alone. */
record Encoder(Replicas replicas, LoneBatches lone) implements AutoCloseable {

    /** Runs a batch; {@code alone} when the request has no other. */
    void run(TokenBatch batch, boolean alone, Workers workers, FloatBuffer target) {
        if (!alone || !lone.run(batch, target, workers)) {
            replicas.run(batch, target);
        }
    }

    @Override
    public void close() {
        try {
            lone.close();
        } finally {
            replicas.close();
        }
    }
}
