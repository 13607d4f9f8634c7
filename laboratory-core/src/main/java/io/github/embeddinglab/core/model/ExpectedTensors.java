package io.github.embeddinglab.core.model;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Names and shapes of all tensors that a description needs; a pooler or a head of another task is not among them. */
final class ExpectedTensors {
    static final String STATIC_TABLE = "embedding.weight";

    private final SortedMap<String, long[]> shapes = new TreeMap<>();

    private ExpectedTensors() {}

    static SortedMap<String, long[]> encoder(EncoderConfig c) {
        ExpectedTensors t = new ExpectedTensors();
        switch (c.architecture()) {
            case BERT, ROBERTA, XLM_ROBERTA -> t.bert(c);
            case MPNET -> t.mpnet(c);
            case DISTILBERT -> t.distilBert(c);
            case MODERNBERT -> t.modernBert(c);
            case STATIC -> throw new IllegalArgumentException("a static model has no encoder");
        }
        return t.shapes;
    }

    static SortedMap<String, long[]> modules(List<ModelModule> modules) {
        ExpectedTensors t = new ExpectedTensors();
        for (ModelModule module : modules) {
            if (module instanceof ModelModule.Dense dense) {
                t.shapes.put(dense.weight(), new long[] {dense.out(), dense.in()});
                if (!dense.bias().isEmpty()) {
                    t.shapes.put(dense.bias(), new long[] {dense.out()});
                }
            } else if (module instanceof ModelModule.LayerNorm norm) {
                t.shapes.put(norm.weight(), new long[] {norm.dimensions()});
                t.shapes.put(norm.bias(), new long[] {norm.dimensions()});
            }
        }
        return t.shapes;
    }

    /** The word embedding table of an architecture. */
    static String table(Architecture architecture) {
        return switch (architecture) {
            case STATIC -> STATIC_TABLE;
            case MODERNBERT -> "embeddings.tok_embeddings.weight";
            default -> "embeddings.word_embeddings.weight";
        };
    }

    private void linear(String name, int out, int in) {
        weight(name, out, in);
        shapes.put(name + ".bias", new long[] {out});
    }

    private void weight(String name, int out, int in) {
        shapes.put(name + ".weight", new long[] {out, in});
    }

    private void norm(String name, int width) {
        shapes.put(name + ".weight", new long[] {width});
        shapes.put(name + ".bias", new long[] {width});
    }

    private void embeddings(EncoderConfig c) {
        weight("embeddings.word_embeddings", c.vocabulary(), c.hidden());
        weight("embeddings.position_embeddings", c.positions(), c.hidden());
        if (c.tokenTypes() > 0) {
            weight("embeddings.token_type_embeddings", c.tokenTypes(), c.hidden());
        }
        norm("embeddings.LayerNorm", c.hidden());
    }

    private void feedForward(String layer, EncoderConfig c) {
        linear(layer + "intermediate.dense", c.intermediate(), c.hidden());
        linear(layer + "output.dense", c.hidden(), c.intermediate());
        norm(layer + "output.LayerNorm", c.hidden());
    }

    private void bert(EncoderConfig c) {
        embeddings(c);
        for (int i = 0; i < c.layers(); i++) {
            String layer = "encoder.layer." + i + ".";
            for (String projection : List.of("query", "key", "value")) {
                linear(layer + "attention.self." + projection, c.hidden(), c.hidden());
            }
            linear(layer + "attention.output.dense", c.hidden(), c.hidden());
            norm(layer + "attention.output.LayerNorm", c.hidden());
            feedForward(layer, c);
        }
    }

    private void mpnet(EncoderConfig c) {
        embeddings(c);
        weight("encoder.relative_attention_bias", c.relativeBuckets(), c.heads());
        for (int i = 0; i < c.layers(); i++) {
            String layer = "encoder.layer." + i + ".";
            for (String projection : List.of("q", "k", "v", "o")) {
                linear(layer + "attention.attn." + projection, c.hidden(), c.hidden());
            }
            norm(layer + "attention.LayerNorm", c.hidden());
            feedForward(layer, c);
        }
    }

    private void distilBert(EncoderConfig c) {
        embeddings(c);
        for (int i = 0; i < c.layers(); i++) {
            String layer = "transformer.layer." + i + ".";
            for (String projection : List.of("q_lin", "k_lin", "v_lin", "out_lin")) {
                linear(layer + "attention." + projection, c.hidden(), c.hidden());
            }
            norm(layer + "sa_layer_norm", c.hidden());
            linear(layer + "ffn.lin1", c.intermediate(), c.hidden());
            linear(layer + "ffn.lin2", c.hidden(), c.intermediate());
            norm(layer + "output_layer_norm", c.hidden());
        }
    }

    private void modernBert(EncoderConfig c) {
        EncoderConfig.Rotary rotary = java.util.Objects.requireNonNull(c.rotary());
        weight("embeddings.tok_embeddings", c.vocabulary(), c.hidden());
        norm("embeddings.norm", c.hidden(), rotary.normBias());
        norm("final_norm", c.hidden(), rotary.normBias());
        for (int i = 0; i < c.layers(); i++) {
            String layer = "layers." + i + ".";
            if (i > 0) { // the first layer reads embeddings that are normalised already
                norm(layer + "attn_norm", c.hidden(), rotary.normBias());
            }
            linear(layer + "attn.Wqkv", 3 * c.hidden(), c.hidden(), rotary.attentionBias());
            linear(layer + "attn.Wo", c.hidden(), c.hidden(), rotary.attentionBias());
            norm(layer + "mlp_norm", c.hidden(), rotary.normBias());
            linear(layer + "mlp.Wi", 2 * c.intermediate(), c.hidden(), rotary.mlpBias());
            linear(layer + "mlp.Wo", c.hidden(), c.intermediate(), rotary.mlpBias());
        }
    }

    private void linear(String name, int out, int in, boolean bias) {
        weight(name, out, in);
        if (bias) {
            shapes.put(name + ".bias", new long[] {out});
        }
    }

    private void norm(String name, int width, boolean bias) {
        shapes.put(name + ".weight", new long[] {width});
        if (bias) {
            shapes.put(name + ".bias", new long[] {width});
        }
    }
}
