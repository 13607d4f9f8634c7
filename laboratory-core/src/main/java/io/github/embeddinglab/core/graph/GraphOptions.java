package io.github.embeddinglab.core.graph;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What kind of graph to compile.
 *
 * @param dialect the operators to use
 * @param output what the graph computes
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record GraphOptions(Dialect dialect, Output output) {

    /** What a graph computes. */
    public enum Output {
        /** {@code sentence_embedding} (n x d): the encoder, pooling and all modules after it. */
        SENTENCE_EMBEDDING("sentence_embedding"),
        /** {@code last_hidden_state} (n x t x h): the encoder alone, for peers that pool by themselves. */
        LAST_HIDDEN_STATE("last_hidden_state");

        private final String tensor;

        Output(String tensor) {
            this.tensor = tensor;
        }

        /**
         * Name of the graph's output.
         *
         * @return the tensor's name in the graph
         */
        public String tensor() {
            return tensor;
        }
    }

    /**
     * The graph that the laboratory runs.
     *
     * @return fused operators, sentence embeddings
     */
    public static GraphOptions fused() {
        return new GraphOptions(Dialect.FUSED, Output.SENTENCE_EMBEDDING);
    }

    /**
     * The graph that is exported.
     *
     * @return standard operators, sentence embeddings
     */
    public static GraphOptions standard() {
        return new GraphOptions(Dialect.STANDARD, Output.SENTENCE_EMBEDDING);
    }

    /**
     * The exported graph for peers that pool outside.
     *
     * @return standard operators, token vectors
     */
    public static GraphOptions standardTokens() {
        return new GraphOptions(Dialect.STANDARD, Output.LAST_HIDDEN_STATE);
    }
}
