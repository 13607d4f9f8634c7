package io.github.embeddinglab.core.inference;

import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.EncoderConfig;

/**
 * Bytes of activations that a batch needs while it runs, in float32: what ONNX Runtime keeps for the steps of a layer, since
 * its planner holds a buffer until no later step can reuse it, and what attention holds beside them.
 *
 * <p>For n rows padded to t tokens, hidden width h, feed-forward width f and a heads, with 4 bytes for each number:
 * <pre>
 * n t (7 h + 2 f + a t)             BERT, RoBERTa, XLM-RoBERTa, DistilBERT, MPNet
 * n t (9 h + 3 f + a t)             ModernBERT: a gate half more, and query and key turned
 * + a t t                           MPNet: the relative position bias, once for all rows
 * + t t                             ModernBERT: the window's bias, once for all rows
 * </pre>
 * Of 7 h, attention holds query, key and value before and after their transposition. Measured growth of the process is
 * within 6 % from 500 padded tokens on; see {@code docs/measurements/activation-memory.md}. Where f equals h the planner
 * reuses more and this is too much by up to 2 h.
 */
final class ActivationMemory {
    private static final int FLOAT = 4;

    private final long perToken;
    private final long perTokenPair;
    private final long perPair;

    ActivationMemory(EncoderConfig encoder) {
        long hidden = encoder.hidden();
        long inner = encoder.intermediate();
        boolean gated = encoder.architecture() == Architecture.MODERNBERT;
        perToken = FLOAT * (gated ? 9 * hidden + 3 * inner : 7 * hidden + 2 * inner);
        perTokenPair = FLOAT * (long) encoder.heads();
        long bias = gated ? 1 : 0;
        perPair = FLOAT * (encoder.relativeBuckets() > 0 ? encoder.heads() : bias);
    }

    /**
     * Estimates a batch.
     *
     * @param rows n
     * @param length t
     * @return bytes
     */
    long bytes(int rows, int length) {
        return rows * (perToken * length + perTokenPair * length * length) + perPair * length * length;
    }
}
