package io.github.embeddinglab.core.graph;

/** Names of the graph's inputs. */
sealed interface EncoderInputs {

    /**
     * Every row padded to the longest.
     *
     * @param ids token ids (n x t)
     * @param mask 1 for tokens, 0 for padding (n x t)
     * @param tokenTypes token types (n x t), empty where the graph has no such input
     */
    record Padded(String ids, String mask, String tokenTypes) implements EncoderInputs {}

    /**
     * The tokens of all rows one after the other, without padding.
     *
     * @param ids token ids (tokens)
     * @param slots for each place of the padded square the token that stands there, -1 for padding (n x t)
     * @param places for each token its place in the padded square, counted row by row (tokens)
     */
    record Packed(String ids, String slots, String places) implements EncoderInputs {}
}
