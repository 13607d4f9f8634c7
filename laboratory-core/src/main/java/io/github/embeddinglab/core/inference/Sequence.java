package io.github.embeddinglab.core.inference;

import io.github.embeddinglab.core.tokenization.TokenIds;

/**
 * What the encoder sees of a text, or of one window of it.
 *
 * @param row the text
 * @param ids special tokens and prompt included
 * @param notPooled leading tokens that the pooling leaves out (prompts of models that say so)
 * @param weight tokens of the text itself, the window's share in the text's vector
 */
record Sequence(int row, TokenIds ids, int notPooled, int weight) {
    int length() {
        return ids.length();
    }
}
