package io.github.embeddinglab.core.model;

import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** One step after the encoder, as {@code modules.json} lists it. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public sealed interface ModelModule {

    /**
     * Token vectors to one vector; several modes are concatenated in the order of the list. Old files, which hold
     * switches, mean the order cls, max, mean, mean_sqrt_len, weightedmean, lasttoken; new ones may give any.
     *
     * @param modes at least one
     * @param includePrompt whether the tokens of the prompt are pooled
     */
    record Pooling(List<PoolingMode> modes, boolean includePrompt) implements ModelModule {
        /** Copies the list. */
        public Pooling {
            modes = List.copyOf(modes);
        }
    }

    /** Ways to pool. */
    enum PoolingMode {
        /** The first token's vector. */
        CLS,
        /** Maximum over tokens, column by column. */
        MAX,
        /** Mean over tokens. */
        MEAN,
        /** Sum over tokens divided by the root of their number. */
        MEAN_SQRT_LEN,
        /** Mean weighted by the one-based position. */
        WEIGHTED_MEAN,
        /** The last token's vector. */
        LAST_TOKEN
    }

    /**
     * y = activation(W x + b).
     *
     * @param weight name of the tensor (out x in) in {@link ModelFolder#tensors()}
     * @param bias name of the tensor (out), empty where there is none
     * @param in columns read
     * @param out columns written
     * @param activation applied to each element
     */
    record Dense(String weight, String bias, int in, int out, DenseActivation activation) implements ModelModule {}

    /** Activations of {@link Dense}. */
    enum DenseActivation {
        /** None. */
        IDENTITY,
        /** Hyperbolic tangent. */
        TANH,
        /** max(x, 0). */
        RELU,
        /** Exact GELU. */
        GELU,
        /** x times sigmoid(x). */
        SILU,
        /** 1 / (1 + exp(-x)). */
        SIGMOID,
        /** x, below 0 a hundredth of it. */
        LEAKY_RELU,
        /** x, below 0 exp(x) - 1. */
        ELU,
        /** 1.0507 x, below 0 1.7581 (exp(x) - 1) (Klambauer et al. 2017). */
        SELU,
        /** x times tanh(log(1 + exp(x))). */
        MISH,
        /** log(1 + exp(x)). */
        SOFTPLUS,
        /** x between 0 and 6. */
        RELU6,
        /** x between -1 and 1. */
        HARDTANH;

        /**
         * The function.
         *
         * @param x any number
         * @return its value in double precision
         */
        public double of(double x) {
            return switch (this) {
                case IDENTITY -> x;
                case TANH -> Math.tanh(x);
                case RELU -> Math.max(x, 0);
                case GELU -> x * (1 + ErrorFunction.of(x / Math.sqrt(2))) / 2;
                case SILU -> x / (1 + Math.exp(-x));
                case SIGMOID -> 1 / (1 + Math.exp(-x));
                case LEAKY_RELU -> x < 0 ? 0.01 * x : x;
                case ELU -> x < 0 ? Math.expm1(x) : x;
                case SELU -> 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * Math.expm1(x) : x);
                case MISH -> x * Math.tanh(softplus(x));
                case SOFTPLUS -> softplus(x);
                case RELU6 -> Math.min(Math.max(x, 0), 6);
                case HARDTANH -> Math.min(Math.max(x, -1), 1);
            };
        }

        private static double softplus(double x) {
            return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
        }
    }

    /** Divides each vector by its L2 norm, at least 1e-12. */
    record Normalize() implements ModelModule {}

    /**
     * Layer normalisation of the pooled vector.
     *
     * @param weight name of the tensor (d)
     * @param bias name of the tensor (d)
     * @param dimensions d
     * @param epsilon added to the variance
     */
    record LayerNorm(String weight, String bias, int dimensions, float epsilon) implements ModelModule {}
}
