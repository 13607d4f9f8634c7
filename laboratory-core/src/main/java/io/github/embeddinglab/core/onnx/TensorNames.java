package io.github.embeddinglab.core.onnx;

import io.github.embeddinglab.core.model.Architecture;

/**
 * What the reference's encoder classes call the tensors of one layer, without {@code .weight} and {@code .bias}.
 *
 * @param layers prefix of a layer, before its number
 * @param query projection
 * @param key projection
 * @param value projection
 * @param mix output projection of the attention
 * @param attentionNorm after the attention
 * @param first to the intermediate width
 * @param second back
 * @param norm at the end of the layer
 */
record TensorNames(
        String layers,
        String query,
        String key,
        String value,
        String mix,
        String attentionNorm,
        String first,
        String second,
        String norm) {
    static final String WORDS = "embeddings.word_embeddings";
    static final String POSITIONS = "embeddings.position_embeddings";
    static final String TOKEN_TYPES = "embeddings.token_type_embeddings";
    static final String EMBEDDING_NORM = "embeddings.LayerNorm";
    static final String POSITION_BIAS = "encoder.relative_attention_bias";

    static TensorNames of(Architecture architecture) {
        return switch (architecture) {
            case BERT, ROBERTA, XLM_ROBERTA -> new TensorNames(
                    "encoder.layer.",
                    "attention.self.query",
                    "attention.self.key",
                    "attention.self.value",
                    "attention.output.dense",
                    "attention.output.LayerNorm",
                    "intermediate.dense",
                    "output.dense",
                    "output.LayerNorm");
            case MPNET -> new TensorNames(
                    "encoder.layer.",
                    "attention.attn.q",
                    "attention.attn.k",
                    "attention.attn.v",
                    "attention.attn.o",
                    "attention.LayerNorm",
                    "intermediate.dense",
                    "output.dense",
                    "output.LayerNorm");
            case DISTILBERT -> new TensorNames(
                    "transformer.layer.",
                    "attention.q_lin",
                    "attention.k_lin",
                    "attention.v_lin",
                    "attention.out_lin",
                    "sa_layer_norm",
                    "ffn.lin1",
                    "ffn.lin2",
                    "output_layer_norm");
            case MODERNBERT, STATIC -> throw new IllegalArgumentException(architecture + " is no post-norm encoder");
        };
    }
}
