package io.github.embeddinglab.core.graph;

import static io.github.embeddinglab.core.graph.GraphBuilder.attribute;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.core.model.ModelModule;
import io.github.embeddinglab.core.model.ModelModule.DenseActivation;
import io.github.embeddinglab.core.model.ModelModule.PoolingMode;
import java.util.ArrayList;
import java.util.List;

/**
 * Emits what follows the encoder: pooling of token vectors (n x t x h) to (n x d), then the modules on (n x d). All in
 * standard operators; the arithmetic is small against the encoder's.
 */
final class ModuleGraph {
    private static final float SMALLEST_NORM = 1e-12f;
    private static final float SMALLEST_WEIGHT = 1e-9f;
    private static final float BELOW_ALL = -1e9f;

    private final GraphBuilder graph;
    private final Weights weights;
    private int width;

    ModuleGraph(GraphBuilder graph, Weights weights, int hidden) {
        this.graph = graph;
        this.weights = weights;
        this.width = hidden;
    }

    /** Columns of the value emitted last. */
    int width() {
        return width;
    }

    /** Pools; {@code mask} (n x t) tells the tokens that count. */
    String pool(ModelModule.Pooling pooling, String tokens, String mask) {
        graph.scope("pooling/");
        List<String> parts = new ArrayList<>();
        String counts = "";
        for (PoolingMode mode : pooling.modes()) {
            if ((mode != PoolingMode.CLS || !pooling.includePrompt()) && counts.isEmpty()) {
                counts = graph.node(
                        "Cast", List.of(mask), attribute("to", (long) TensorProto.DataType.FLOAT.getNumber()));
            }
            parts.add(
                    switch (mode) {
                        case CLS -> pooling.includePrompt()
                                ? graph.node("Gather", List.of(tokens, graph.integer(0)), attribute("axis", 1L))
                                : weightedSum(tokens, firstToken(counts));
                        case MAX -> max(tokens, counts);
                        case MEAN -> weightedSum(tokens, graph.node("Div", List.of(counts, total(counts))));
                        case MEAN_SQRT_LEN -> weightedSum(
                                tokens,
                                graph.node("Div", List.of(counts, graph.node("Sqrt", List.of(total(counts))))));
                        case WEIGHTED_MEAN -> {
                            String weighted = graph.node("Mul", List.of(counts, oneBasedPositions(counts)));
                            yield weightedSum(tokens, graph.node("Div", List.of(weighted, total(weighted))));
                        }
                        case LAST_TOKEN -> weightedSum(tokens, lastToken(counts));
                    });
        }
        width *= parts.size();
        return parts.size() == 1 ? parts.get(0) : graph.node("Concat", parts, attribute("axis", 1L));
    }

    /** Emits one module after pooling. */
    String module(ModelModule module, String x) {
        if (module instanceof ModelModule.Dense dense) {
            return dense(dense, x);
        }
        if (module instanceof ModelModule.LayerNorm norm) {
            graph.scope("norm/");
            expect("layer normalisation", norm.dimensions());
            return graph.node(
                    "LayerNormalization",
                    List.of(x, vector(norm.weight(), width), vector(norm.bias(), width)),
                    attribute("axis", -1L),
                    attribute("epsilon", norm.epsilon()));
        }
        if (module instanceof ModelModule.Normalize) {
            graph.scope("normalize/");
            String norm = graph.node(
                    "ReduceL2", List.of(x), attribute("axes", new long[] {1}), attribute("keepdims", 1L));
            return graph.node(
                    "Div", List.of(x, graph.node("Max", List.of(norm, graph.scalar(SMALLEST_NORM)))));
        }
        throw new InvalidModelException("modules.json lists a second pooling; only one can follow the encoder");
    }

    private String dense(ModelModule.Dense dense, String x) {
        graph.scope("dense/");
        expect("dense module", dense.in());
        width = dense.out();
        String weight = graph.weight(
                dense.weight(), weights.stored(dense.weight(), dense.out(), dense.in()), dense.out(), dense.in());
        String bias = dense.bias().isEmpty() ? "" : vector(dense.bias(), dense.out());
        String y = graph.node("Gemm", List.of(x, weight, bias), attribute("transB", 1L));
        return activate(dense.activation(), y);
    }

    private String activate(DenseActivation activation, String y) {
        return switch (activation) {
            case IDENTITY -> y;
            case TANH -> graph.node("Tanh", List.of(y));
            case RELU -> graph.node("Relu", List.of(y));
            case GELU -> StandardOperators.gelu(graph, y);
            case SILU -> graph.node("Mul", List.of(y, graph.node("Sigmoid", List.of(y))));
            case SIGMOID -> graph.node("Sigmoid", List.of(y));
            case LEAKY_RELU -> graph.node("LeakyRelu", List.of(y), attribute("alpha", 0.01f));
            case ELU -> graph.node("Elu", List.of(y));
            case SELU -> graph.node("Selu", List.of(y));
            case MISH -> mish(graph, y);
            case SOFTPLUS -> graph.node("Softplus", List.of(y));
            case RELU6 -> graph.node("Clip", List.of(y, graph.scalar(0), graph.scalar(6)));
            case HARDTANH -> graph.node("Clip", List.of(y, graph.scalar(-1), graph.scalar(1)));
        };
    }

    /** x tanh(log(1 + exp(x))). */
    static String mish(GraphBuilder graph, String x) {
        return graph.node("Mul", List.of(x, graph.node("Tanh", List.of(graph.node("Softplus", List.of(x))))));
    }

    private void expect(String what, int columns) {
        if (columns != width) {
            throw new InvalidModelException(what + " reads " + columns + " columns, the step before it writes " + width
                    + ": modules.json and the modules' config.json disagree");
        }
    }

    private String vector(String name, int length) {
        return graph.weight(name, weights.stored(name, length), length);
    }

    private String max(String tokens, String counts) {
        String seen = graph.node(
                "Greater", List.of(graph.node("Unsqueeze", List.of(counts, graph.integers(2))), graph.scalar(0)));
        String candidates = graph.node("Where", List.of(seen, tokens, graph.scalar(BELOW_ALL)));
        return graph.node(
                "ReduceMax", List.of(candidates), attribute("axes", new long[] {1}), attribute("keepdims", 0L));
    }

    /** Sum of token weights (n x 1), never zero. */
    private String total(String tokenWeights) {
        String sum = graph.node(
                "ReduceSum", List.of(tokenWeights, graph.integers(1)), attribute("keepdims", 1L));
        return graph.node("Max", List.of(sum, graph.scalar(SMALLEST_WEIGHT)));
    }

    /** Row vector of token weights times token vectors. */
    private String weightedSum(String tokens, String tokenWeights) {
        String row = graph.node("Unsqueeze", List.of(tokenWeights, graph.integers(1)));
        String sum = graph.node("MatMul", List.of(row, tokens));
        return graph.node("Squeeze", List.of(sum, graph.integers(1)));
    }

    /** 1, 2, ... t as floats. */
    private String oneBasedPositions(String counts) {
        String t = graph.node(
                "Gather", List.of(graph.node("Shape", List.of(counts)), graph.integer(1)), attribute("axis", 0L));
        String range = graph.node(
                "Range",
                List.of(graph.integer(1), graph.node("Add", List.of(t, graph.integer(1))), graph.integer(1)));
        return graph.node(
                "Cast", List.of(range), attribute("to", (long) TensorProto.DataType.FLOAT.getNumber()));
    }

    /** One at the first token that counts (where none does, at the first of all), zero elsewhere. */
    private String firstToken(String counts) {
        String first = graph.node("ArgMax", List.of(counts), attribute("axis", 1L), attribute("keepdims", 1L));
        String position = graph.node("Add", List.of(first, graph.integer(1)));
        String number = graph.node(
                "Cast", List.of(position), attribute("to", (long) TensorProto.DataType.FLOAT.getNumber()));
        return graph.node(
                "Cast",
                List.of(graph.node("Equal", List.of(oneBasedPositions(counts), number))),
                attribute("to", (long) TensorProto.DataType.FLOAT.getNumber()));
    }

    /** One at the last token that counts, zero elsewhere. */
    private String lastToken(String counts) {
        String position = graph.node("Mul", List.of(counts, oneBasedPositions(counts)));
        String last = graph.node(
                "ReduceMax", List.of(position), attribute("axes", new long[] {1}), attribute("keepdims", 1L));
        String hit = graph.node(
                "Cast",
                List.of(graph.node("Equal", List.of(position, last))),
                attribute("to", (long) TensorProto.DataType.FLOAT.getNumber()));
        return graph.node("Mul", List.of(hit, counts));
    }
}
