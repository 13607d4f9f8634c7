package io.github.embeddinglab.core.inference;

import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.EncoderConfig;

/**
 * Bytes of activations that a batch needs while it runs, in float32: what ONNX Runtime keeps for the steps of a layer, since
 * its planner holds a buffer until no later step can reuse it, and what attention holds beside them.
 *
 * <p>For n rows with k tokens in all, padded to t, hidden width h, feed-forward width f and a heads, with 4 bytes for each
 * number:
 * <pre>
 *   k (9 h + 2 f)         BERT, RoBERTa, XLM-RoBERTa, DistilBERT, MPNet
 *   k (11 h + 3 f)        ModernBERT: a gate half more, and query and key turned
 * + n t (5 h + a t)       where a row is padded: query, key, value and result spread out, and the scores
 * + n t (h + a t)         MPNet and ModernBERT where none is: their bias keeps them from the blocked kernel
 * + a t t                 MPNet: the relative position bias, once for all rows
 * + t t                   ModernBERT: the window's bias, once for all rows
 * </pre>
 * Within 25 % of the measured growth of the process; see {@code docs/measurements/activation-memory.md}. Where f equals h the
 * planner reuses more and this is too much by up to 2 h.
 */
final class ActivationMemory {
    private static final int FLOAT = 4;
    private static final int SPREAD = 5;

    private final long perToken;
    private final long hidden;
    private final long heads;
    private final boolean biased;
    private final long perPair;

    ActivationMemory(EncoderConfig encoder) {
        hidden = encoder.hidden();
        heads = encoder.heads();
        long inner = encoder.intermediate();
        boolean gated = encoder.architecture() == Architecture.MODERNBERT;
        perToken = gated ? 11 * hidden + 3 * inner : 9 * hidden + 2 * inner;
        biased = gated || encoder.relativeBuckets() > 0;
        perPair = encoder.relativeBuckets() > 0 ? heads : gated ? 1 : 0;
    }

    /**
     * Estimates a batch.
     *
     * @param tokens of all rows, padding not counted
     * @param rows n
     * @param length t
     * @return bytes
     */
    long bytes(long tokens, long rows, long length) {
        long places = rows * length;
        long scores = heads * length;
        long attention = 0;
        if (tokens < places) {
            attention = places * (SPREAD * hidden + scores);
        } else if (biased) {
            attention = places * (hidden + scores);
        }
        return FLOAT * (tokens * perToken + attention + perPair * length * length);
    }

    /** Bytes of n rows padded to t whose tokens are not known: more than any batch of that size takes. */
    long most(long rows, long length) {
        long places = rows * length;
        return rows == 1
                ? bytes(places, 1, length)
                : bytes(places, rows, length) + (biased ? 0 : FLOAT * places * (SPREAD * hidden + heads * length));
    }
}
