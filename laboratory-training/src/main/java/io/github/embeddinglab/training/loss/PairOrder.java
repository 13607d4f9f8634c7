package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.training.Mask;
import io.github.embeddinglab.training.Tensor;

/** The ranking loss of CoSENT over any similarity. */
final class PairOrder {
    private PairOrder() {}

    /** {@code ln(1 + sum over pairs i, j with label i < label j of exp(s_i - s_j))}. */
    static Tensor loss(Tensor similarities, double[] labels) {
        int n = labels.length;
        Tensor differences = similarities.reshape(n, 1).subtract(similarities.reshape(1, n));
        Mask inOrder = Mask.where(at -> !(labels[at / n] < labels[at % n]), n, n);
        Tensor wrong = differences.maskedFill(inOrder, -1e12).reshape(n * n);
        return wrong.constant(new double[1], 1).concat(java.util.List.of(wrong), 0).logSumExp(0).reshape();
    }
}
