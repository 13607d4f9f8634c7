package io.github.embeddinglab.core.model;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * What a transformer encoder looks like, whatever file spelled it.
 *
 * @param architecture the family; never {@link Architecture#STATIC}
 * @param layers number of transformer layers, at least 1
 * @param hidden width of the token vectors
 * @param heads attention heads; divides {@code hidden}
 * @param intermediate width between the two feed-forward matrices (ModernBERT: of one gate half)
 * @param vocabulary rows of the word embedding table
 * @param positions rows of the position table (RoBERTa family and MPNet: two of them are never used by a token); for
 *     rotary models the longest sequence
 * @param tokenTypes rows of the token type table, 0 where there is none
 * @param activation of the feed-forward layers
 * @param normEpsilon added to the variance in layer normalisation
 * @param padTokenId id of the padding token
 * @param relativeBuckets rows of MPNet's table of relative position bias, 0 elsewhere
 * @param rotary ModernBERT's rotary and window settings, null elsewhere
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record EncoderConfig(
        Architecture architecture,
        int layers,
        int hidden,
        int heads,
        int intermediate,
        int vocabulary,
        int positions,
        int tokenTypes,
        Activation activation,
        float normEpsilon,
        int padTokenId,
        int relativeBuckets,
        @Nullable Rotary rotary) {

    /** Buckets of distance that MPNet uses; a table may have more rows, which are then never read. */
    public static final int MPNET_BUCKETS = 32;

    /** Feed-forward activations. */
    public enum Activation {
        /** x times the standard normal distribution function, exact through erf. */
        GELU,
        /** GELU by its tanh approximation ({@code gelu_new}, {@code gelu_pytorch_tanh}). */
        GELU_TANH,
        /** max(x, 0). */
        RELU,
        /** x times sigmoid(x), also called swish. */
        SILU,
        /** x times sigmoid(1.702 x). */
        QUICK_GELU,
        /** x times tanh(log(1 + exp(x))). */
        MISH,
        /** Hyperbolic tangent. */
        TANH,
        /** 1 / (1 + exp(-x)). */
        SIGMOID,
        /** max(x, 0) squared. */
        RELU_SQUARED,
        /** x between 0 and 6. */
        RELU6,
        /** x, below 0 a hundredth of it. */
        LEAKY_RELU,
        /** x itself. */
        LINEAR;

        /**
         * The function.
         *
         * @param x any number
         * @return its value in double precision
         */
        public double of(double x) {
            return switch (this) {
                case GELU -> x * (1 + ErrorFunction.of(x / Math.sqrt(2))) / 2;
                case GELU_TANH -> x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))) / 2;
                case RELU -> Math.max(x, 0);
                case SILU -> x / (1 + Math.exp(-x));
                case QUICK_GELU -> x / (1 + Math.exp(-1.702 * x));
                case MISH -> x * Math.tanh(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
                case TANH -> Math.tanh(x);
                case SIGMOID -> 1 / (1 + Math.exp(-x));
                case RELU_SQUARED -> Math.max(x, 0) * Math.max(x, 0);
                case RELU6 -> Math.min(Math.max(x, 0), 6);
                case LEAKY_RELU -> x < 0 ? 0.01 * x : x;
                case LINEAR -> x;
            };
        }
    }

    /**
     * Rotary positions and attention windows of ModernBERT.
     *
     * @param globalTheta rotary base of layers that see the whole text
     * @param localTheta rotary base of layers that see a window
     * @param window tokens that a local layer sees in all: a token attends to those at most {@code window / 2} away
     * @param globalLayer for each layer, whether it sees the whole text
     * @param attentionBias whether attention matrices have biases
     * @param mlpBias whether feed-forward matrices have biases
     * @param normBias whether normalisations have biases
     */
    public record Rotary(
            double globalTheta,
            double localTheta,
            int window,
            java.util.List<Boolean> globalLayer,
            boolean attentionBias,
            boolean mlpBias,
            boolean normBias) {
        /** Copies the list. */
        public Rotary {
            globalLayer = java.util.List.copyOf(globalLayer);
        }
    }

    /**
     * Width of one attention head.
     *
     * @return {@code hidden / heads}
     */
    public int headSize() {
        return hidden / heads;
    }
}
