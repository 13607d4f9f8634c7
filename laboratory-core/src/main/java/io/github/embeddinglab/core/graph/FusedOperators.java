package io.github.embeddinglab.core.graph;

import static io.github.embeddinglab.core.graph.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.github.embeddinglab.core.graph.EncoderPlan.Attention;
import io.github.embeddinglab.core.graph.EncoderPlan.Embedding;
import io.github.embeddinglab.core.graph.EncoderPlan.Linear;
import io.github.embeddinglab.core.graph.EncoderPlan.Norm;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.core.model.EncoderConfig.Activation;
import java.util.List;

/** The steps in ONNX Runtime's fused operators. */
final class FusedOperators extends Operators {

    FusedOperators(GraphBuilder graph, Weights weights, EncoderConfig config) {
        super(graph, weights, config);
    }

    @Override
    Scene scene(String mask, String relative, String window) {
        return new Scene(toInt32(mask), relative, window);
    }

    @Override
    String embed(Embedding embedding, String ids, String positions, String tokenTypes) {
        if (embedding.positions().isEmpty()) {
            return normalise(graph.node("Gather", List.of(wordTable(embedding), ids)), embedding.norm());
        }
        return graph.microsofts(
                        "EmbedLayerNormalization",
                        List.of(
                                toInt32(ids),
                                "",
                                wordTable(embedding),
                                positionTable(embedding, true),
                                "",
                                normWeight(embedding.norm()),
                                normBias(embedding.norm()),
                                "",
                                positions.isEmpty() ? "" : toInt32(positions)),
                        2,
                        attribute("epsilon", config.normEpsilon()))
                .get(0);
    }

    @Override
    String attend(Attention attention, String x, Scene scene, boolean first) {
        boolean rotary = config.rotary() != null;
        String bias = attention.local() ? scene.local() : scene.global();
        if (!first && !rotary) {
            Linear qkv = Linear.join(
                    attention.query().name() + ".key.value", attention.query(), attention.key(), attention.value());
            return graph.microsoft(
                    "Attention",
                    List.of(
                            x,
                            graph.weight(
                                    qkv.name() + ".weight.transposed", weights.transposed(qkv), qkv.in(), qkv.out()),
                            bias(qkv),
                            scene.mask(),
                            "",
                            bias),
                    attribute("num_heads", (long) config.heads()),
                    attribute("mask_filter_value", MASKED));
        }
        String query = project(first ? firstRow(x) : x, attention.query());
        String key = project(x, attention.key());
        String value = project(x, attention.value());
        if (rotary) {
            query = first ? query : rotate(query, attention.local()); // position 0 is not turned
            key = rotate(key, attention.local());
        }
        return graph.microsoft(
                "MultiHeadAttention",
                List.of(query, key, value, "", scene.mask(), first && !bias.isEmpty() ? slice(bias, 2, 0, 1) : bias),
                attribute("num_heads", (long) config.heads()),
                attribute("mask_filter_value", MASKED));
    }

    private String rotate(String x, boolean local) {
        List<String> tables = rotaryTables(local);
        return graph.microsoft(
                "RotaryEmbedding",
                List.of(x, graph.integers(0), tables.get(0), tables.get(1)),
                attribute("interleaved", 0L));
    }

    @Override
    Normalised addNorm(String x, Linear linear, String residual, Norm norm, boolean keepSum) {
        List<String> out = graph.microsofts(
                "SkipLayerNormalization",
                List.of(x, residual, normWeight(norm), normBias(norm), bias(linear)),
                keepSum ? 4 : 1,
                attribute("epsilon", config.normEpsilon()));
        return new Normalised(out.get(0), keepSum ? out.get(3) : "");
    }

    @Override
    String activate(String x, Linear linear, Activation activation) {
        return switch (activation) {
            case GELU -> linear.biased()
                    ? graph.microsoft("BiasGelu", List.of(x, bias(linear)))
                    : graph.microsoft("Gelu", List.of(x));
            case GELU_TANH -> graph.microsoft("FastGelu", List.of(x, bias(linear)));
            case RELU -> graph.node("Relu", List.of(addBias(x, linear)));
            case SILU -> graph.microsoft("QuickGelu", List.of(addBias(x, linear)), attribute("alpha", 1f));
            case QUICK_GELU -> graph.microsoft("QuickGelu", List.of(addBias(x, linear)), attribute("alpha", 1.702f));
            default -> rare(addBias(x, linear), activation);
        };
    }

    private String toInt32(String x) {
        return graph.node("Cast", List.of(x), attribute("to", (long) TensorProto.DataType.INT32.getNumber()));
    }
}
