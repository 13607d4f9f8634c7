package io.github.embeddinglab.training.objective;

import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.Arrays;
import java.util.List;

/**
 * Tells words by token vectors x: softmax(E n(gelu(W x + b)) + c), n a layer normalisation, E the model's own table of words. W begins
 * as the identity.
 */
final class WordHead {
    private static final double EPSILON = 1e-12;

    private final Tensor words;
    private final Tensor matrix;
    private final Tensor bias;
    private final Tensor scale;
    private final Tensor shift;
    private final Tensor offsets;

    WordHead(Tensor words, TrainingBackend backend) {
        this.words = words;
        int h = words.size(1);
        float[] identity = new float[h * h];
        float[] ones = new float[h];
        Arrays.fill(ones, 1);
        for (int i = 0; i < h; i++) {
            identity[i * h + i] = 1;
        }
        this.matrix = backend.parameter(identity, h, h);
        this.bias = backend.parameter(new float[h], h);
        this.scale = backend.parameter(ones, h);
        this.shift = backend.parameter(new float[h], h);
        this.offsets = backend.parameter(new float[words.size(0)], words.size(0));
    }

    /** Mean of -ln of the targets' shares; token vectors are m x h, targets are m ids. */
    Tensor loss(Tensor x, int... targets) {
        Tensor logits = x.linear(matrix, bias).gelu().layerNorm(scale, shift, EPSILON).linear(words, offsets);
        return logits.logSoftmax(1).gather(targets).mean().negate();
    }

    /**
     * Bytes of a pass: scores of all words, their logarithms, and the gradients of both, in single precision.
     *
     * @param told token vectors
     */
    long bytes(long told) {
        return 4L * Float.BYTES * told * words.size(0);
    }

    List<Tensor> parameters() {
        return List.of(matrix, bias, scale, shift, offsets);
    }
}
