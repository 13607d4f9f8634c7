package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.training.Tensor;

/** Products of embeddings that several losses need. */
final class Similarities {
    private Similarities() {}

    /** Cosine of each row of (n x d) with the same row of the other: (n). */
    static Tensor cosine(Tensor a, Tensor b) {
        return dot(a.normalise(1), b.normalise(1));
    }

    /** Dot product of each row with the same row of the other: (n). */
    static Tensor dot(Tensor a, Tensor b) {
        return a.multiply(b).sum(1).reshape(a.size(0));
    }

    /** Cosine of each of n rows with each of m: (n x m). */
    static Tensor cosines(Tensor a, Tensor b) {
        return a.normalise(1).matmul(b.normalise(1).transpose(0, 1));
    }

    /**
     * Mean over rows of -ln of the share of each row's own column: the scores (n x m), targets being columns 0 to n - 1.
     * Written with the logarithm of the sum, as the reference is, so that rounding falls alike where shares are near 1.
     */
    static Tensor crossEntropyOfDiagonal(Tensor scores) {
        int[] own = new int[scores.size(0)];
        for (int i = 0; i < own.length; i++) {
            own[i] = i;
        }
        return scores.logSumExp(1).reshape(own.length).subtract(scores.gather(own)).mean();
    }

    /** Mean over rows of -ln of the target's share. */
    static Tensor crossEntropy(Tensor scores, int... targets) {
        return scores.logSoftmax(1).gather(targets).mean().negate();
    }
}
