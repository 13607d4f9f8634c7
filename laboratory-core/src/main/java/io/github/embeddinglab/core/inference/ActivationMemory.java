package io.github.embeddinglab.core.inference;

import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.EncoderConfig;

/**
 * Bytes of activations that a batch needs while it runs: the most that is alive at one time over the operators of a
 * layer, in float32.
 *
 * <p>For n rows padded to t tokens, hidden width h, feed-forward width f and a heads:
 * attention holds the residual, q, k, v (3h), the context (h), and the scores (a t for each token); the feed-forward part
 * holds the residual, its normalised input and twice f. The larger of both counts, 4 bytes each. ModernBERT's gated
 * feed-forward holds 3f, and its rotary attention a second q and k.
 */
final class ActivationMemory {
    private static final int FLOAT = 4;

    private final long perToken;
    private final long perTokenPair;
    private final long feedForward;

    ActivationMemory(EncoderConfig encoder) {
        long hidden = encoder.hidden();
        boolean gated = encoder.architecture() == Architecture.MODERNBERT;
        perToken = FLOAT * (hidden * (gated ? 8 : 6));
        perTokenPair = FLOAT * (long) encoder.heads() * (encoder.relativeBuckets() > 0 || gated ? 2 : 1);
        feedForward = FLOAT * (2 * hidden + (gated ? 3L : 2L) * encoder.intermediate());
    }

    /**
     * Estimates a batch.
     *
     * @param rows n
     * @param length t
     * @return bytes
     */
    long bytes(int rows, int length) {
        long tokens = (long) rows * length;
        return tokens * Math.max(perToken + perTokenPair * length, feedForward);
    }
}
