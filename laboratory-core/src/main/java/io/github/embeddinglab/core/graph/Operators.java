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

/**
 * The steps of an encoder in one dialect. Values are named by strings; token vectors are (n x t x h) in the standard
 * dialect, (tokens x h) in the fused one, and (n x 1 x h) in both where only the first token matters.
 */
abstract class Operators {
    /**
     * Added to the scores of tokens that must not be seen. Twice this value is still finite, so that a row in which
     * nothing may be seen (padding outside every window) stays a number; its exponential is zero against any score.
     */
    static final float MASKED = -1e30f;

    final GraphBuilder graph;
    final Weights weights;
    final EncoderConfig config;

    Operators(GraphBuilder graph, Weights weights, EncoderConfig config) {
        this.graph = graph;
        this.weights = weights;
        this.config = config;
    }

    /** A normalised sum and, where it was asked for, the sum itself. */
    record Normalised(String value, String sum) {}

    /** What attention needs beside the token vectors. */
    record Scene(String mask, String global, String local) {}

    /**
     * Prepares masks and biases once for all layers.
     *
     * @param relative relative position bias (1 x heads x t x t), empty where there is none
     * @param window bias of local layers (1 x 1 x t x t), empty where there is none
     */
    abstract Scene scene(String relative, String window);

    /** Token ids to normalised embeddings; positions count from 0, or as the RoBERTa family does. */
    abstract String embed(Embedding embedding, boolean positionsFromPadding);

    /** The number t of places of a row, a scalar. */
    abstract String longest();

    /** Token vectors as (n x t x h); what stands at padded places is any finite number. */
    abstract String square(String x);

    /** The first token's row of each text, as (n x 1 x h). */
    abstract String firstRow(String x);

    /** Attention without the matrix after the heads; queries are those of the first token only when {@code first}. */
    abstract String attend(Attention attention, String x, Scene scene, boolean first);

    /** Norm of {@code x + bias + residual}, the bias being that of {@code linear}. */
    abstract Normalised addNorm(String x, Linear linear, String residual, Norm norm, boolean keepSum);

    /** Activation of {@code x + bias}, the bias being that of {@code linear}. */
    abstract String activate(String x, Linear linear, Activation activation);

    /** Activations without a fused operator, the same in both dialects. */
    final String rare(String x, Activation activation) {
        return switch (activation) {
            case RELU -> graph.node("Relu", List.of(x));
            case SILU -> graph.node("Mul", List.of(x, graph.node("Sigmoid", List.of(x))));
            case QUICK_GELU -> {
                String scaled = graph.node("Mul", List.of(x, graph.scalar(1.702f)));
                yield graph.node("Mul", List.of(x, graph.node("Sigmoid", List.of(scaled))));
            }
            case MISH -> ModuleGraph.mish(graph, x);
            case TANH -> graph.node("Tanh", List.of(x));
            case SIGMOID -> graph.node("Sigmoid", List.of(x));
            case RELU_SQUARED -> {
                String positive = graph.node("Relu", List.of(x));
                yield graph.node("Mul", List.of(positive, positive));
            }
            case RELU6 -> graph.node("Clip", List.of(x, graph.scalar(0), graph.scalar(6)));
            case LEAKY_RELU -> graph.node("LeakyRelu", List.of(x), attribute("alpha", 0.01f));
            case LINEAR -> x;
            case GELU, GELU_TANH -> throw new IllegalArgumentException(activation + " has operators of each dialect");
        };
    }

    /** {@code W x} without the bias. */
    String multiply(String x, Linear linear) {
        return graph.node(
                "MatMul",
                List.of(
                        x,
                        graph.weight(
                                linear.name() + ".weight.transposed",
                                weights.transposed(linear),
                                linear.in(),
                                linear.out())));
    }

    /** {@code W x + b}. */
    String project(String x, Linear linear) {
        return addBias(multiply(x, linear), linear);
    }

    String addBias(String x, Linear linear) {
        return linear.biased() ? graph.node("Add", List.of(x, bias(linear))) : x;
    }

    /** The bias of a linear step as a weight, empty where it has none. */
    String bias(Linear linear) {
        return linear.biased() ? graph.weight(linear.name() + ".bias", weights.bias(linear), linear.out()) : "";
    }

    String normWeight(Norm norm) {
        return graph.weight(norm.weight(), weights.stored(norm.weight(), config.hidden()), config.hidden());
    }

    String normBias(Norm norm) {
        return norm.bias().isEmpty()
                ? ""
                : graph.weight(norm.bias(), weights.stored(norm.bias(), config.hidden()), config.hidden());
    }

    /** Layer normalisation over the last axis. */
    String normalise(String x, Norm norm) {
        return graph.node(
                "LayerNormalization",
                List.of(x, normWeight(norm), normBias(norm)),
                attribute("axis", -1L),
                attribute("epsilon", config.normEpsilon()));
    }

    String wordTable(Embedding embedding) {
        return graph.weight(
                embedding.words(),
                weights.stored(embedding.words(), config.vocabulary(), config.hidden()),
                config.vocabulary(),
                config.hidden());
    }

    /** The position table, row 0 of the token types added to it when {@code folded}. */
    String positionTable(Embedding embedding, boolean folded) {
        int rows = config.positions();
        int h = config.hidden();
        return folded && !embedding.tokenTypes().isEmpty()
                ? graph.weight(
                        embedding.positions() + ".with_type_0",
                        weights.storedPlusRow(
                                embedding.positions(), rows, h, embedding.tokenTypes(), config.tokenTypes()),
                        rows,
                        h)
                : graph.weight(embedding.positions(), weights.stored(embedding.positions(), rows, h), rows, h);
    }

    /** Cosine and sine of the rotary angles, each (positions x head size / 2). */
    List<String> rotaryTables(boolean local) {
        var rotary = EncoderPlan.rotary(config);
        double theta = local ? rotary.localTheta() : rotary.globalTheta();
        String name = local ? "rotary.local" : "rotary.global";
        int half = config.headSize() / 2;
        RotaryTable table = new RotaryTable(theta, config.positions(), config.headSize());
        return List.of(
                graph.weight(name + ".cos", table::writeCosines, config.positions(), half),
                graph.weight(name + ".sin", table::writeSines, config.positions(), half));
    }

    /**
     * Positions as the RoBERTa family counts them (n x t): tokens that are not the padding token, one by one, after the
     * padding index.
     */
    final String positionsFromPadding(String ids) {
        String pad = graph.integer(config.padTokenId());
        String real = graph.node(
                "Cast",
                List.of(graph.node("Not", List.of(graph.node("Equal", List.of(ids, pad))))),
                attribute("to", (long) TensorProto.DataType.INT64.getNumber()));
        String counted = graph.node("CumSum", List.of(real, graph.integer(1)));
        return graph.node("Add", List.of(graph.node("Mul", List.of(counted, real)), pad));
    }

    /** The second extent of (n x t), a scalar. */
    final String columns(String x) {
        return graph.node(
                "Gather", List.of(graph.node("Shape", List.of(x)), graph.integer(1)), attribute("axis", 0L));
    }

    String slice(String x, int axis, long from, long to) {
        return graph.node(
                "Slice", List.of(x, graph.integers(from), graph.integers(to), graph.integers(axis)));
    }
}
