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
        SIGMOID
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
