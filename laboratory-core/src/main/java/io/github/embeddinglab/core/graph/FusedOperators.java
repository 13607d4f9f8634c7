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
import java.util.function.UnaryOperator;

/**
 * The steps in ONNX Runtime's fused operators, on packed tokens: matrix products, norms and activations see no padding.
 * Attention alone works on the padded square, so its inputs are spread out and its output is gathered again; a copy of rows
 * costs far less than the products that padding would take.
 */
final class FusedOperators extends Operators {
    private final EncoderInputs.Packed inputs;
    private final String full;
    private final String extents;

    FusedOperators(GraphBuilder graph, Weights weights, EncoderConfig config, EncoderInputs.Packed inputs) {
        super(graph, weights, config);
        this.inputs = inputs;
        this.full = graph.node(
                "Equal",
                List.of(graph.node("Size", List.of(inputs.ids())), graph.node("Size", List.of(inputs.slots()))));
        this.extents = graph.node(
                "Concat",
                List.of(graph.node("Shape", List.of(inputs.slots())), graph.integers(config.hidden())),
                attribute("axis", 0L));
    }

    @Override
    Scene scene(String relative, String window) {
        String seen = graph.node("GreaterOrEqual", List.of(inputs.slots(), graph.integer(0)));
        return new Scene(toInt32(seen), relative, window);
    }

    @Override
    String embed(Embedding embedding, boolean positionsFromPadding) {
        if (embedding.positions().isEmpty()) {
            return normalise(graph.node("Gather", List.of(wordTable(embedding), inputs.ids())), embedding.norm());
        }
        String positions = positionsFromPadding
                ? graph.node("Gather", List.of(flat(positionsFromPadding(padded())), inputs.places()))
                : graph.node("Mod", List.of(inputs.places(), longest()));
        List<String> rows = graph.microsofts(
                "EmbedLayerNormalization",
                List.of(
                        toInt32(asOneRow(inputs.ids())),
                        "",
                        wordTable(embedding),
                        positionTable(embedding, true),
                        "",
                        normWeight(embedding.norm()),
                        normBias(embedding.norm()),
                        "",
                        toInt32(asOneRow(positions))),
                2,
                attribute("epsilon", config.normEpsilon()));
        return graph.node("Squeeze", List.of(rows.get(0), graph.integers(0)));
    }

    /** Token ids (n x t), the padding id at padded places. */
    private String padded() {
        String seen = graph.node("GreaterOrEqual", List.of(inputs.slots(), graph.integer(0)));
        String spread = graph.node("Gather", List.of(inputs.ids(), inputs.slots()));
        return graph.node("Where", List.of(seen, spread, graph.integer(config.padTokenId())));
    }

    private String flat(String x) {
        return graph.node("Reshape", List.of(x, graph.integers(-1)));
    }

    private String asOneRow(String x) {
        return graph.node("Unsqueeze", List.of(x, graph.integers(0)));
    }

    @Override
    String longest() {
        return columns(inputs.slots());
    }

    @Override
    String square(String x) {
        return graph.node("Gather", List.of(x, inputs.slots())); // -1 takes the last token's row, which the mask hides
    }

    @Override
    String firstRow(String x) {
        return graph.node("Gather", List.of(x, slice(inputs.slots(), 1, 0, 1)));
    }

    /**
     * Where no text is padded, the packed rows are the square already: no copies, and attention without a mask, for which
     * ONNX Runtime has a faster blocked kernel.
     */
    @Override
    String attend(Attention attention, String x, Scene scene, boolean first) {
        Heads heads = new Heads(
                project(first ? firstRow(x) : x, attention.query()),
                project(x, attention.key()),
                project(x, attention.value()),
                attention.local(),
                first);
        String bias = attention.local() ? scene.local() : scene.global();
        String some = first && !bias.isEmpty() ? slice(bias, 2, 0, 1) : bias;
        return graph.branch(
                full,
                first ? List.of("n", 1, config.hidden()) : List.of("tokens", config.hidden()),
                () -> {
                    String attended = attend(heads, this::reshaped, "", some);
                    return first ? attended : rows(attended);
                },
                () -> {
                    String attended = attend(heads, this::square, scene.mask(), some);
                    return first ? attended : graph.node("Gather", List.of(rows(attended), inputs.places()));
                });
    }

    /** What attention compares; the query is (n x 1 x h) when only the first token's is asked for. */
    private record Heads(String query, String key, String value, boolean local, boolean first) {}

    private String attend(Heads heads, UnaryOperator<String> spread, String mask, String bias) {
        String query = heads.first() ? heads.query() : spread.apply(heads.query());
        String key = spread.apply(heads.key());
        String value = spread.apply(heads.value());
        if (config.rotary() != null) {
            query = heads.first() ? query : rotate(query, heads.local()); // position 0 is not turned
            key = rotate(key, heads.local());
        }
        return graph.microsoft(
                "MultiHeadAttention",
                List.of(query, key, value, "", mask, bias),
                attribute("num_heads", (long) config.heads()),
                attribute("mask_filter_value", MASKED));
    }

    /** (tokens x h) to (n x t x h) where every row is full. */
    private String reshaped(String x) {
        return graph.node("Reshape", List.of(x, extents));
    }

    private String rows(String x) {
        return graph.node("Reshape", List.of(x, graph.integers(-1, config.hidden())));
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
