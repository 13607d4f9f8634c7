package io.github.embeddinglab.core.graph;

import static io.github.embeddinglab.core.graph.GraphBuilder.attribute;

import io.github.embeddinglab.core.graph.EncoderPlan.Attention;
import io.github.embeddinglab.core.graph.EncoderPlan.Embedding;
import io.github.embeddinglab.core.graph.EncoderPlan.Linear;
import io.github.embeddinglab.core.graph.EncoderPlan.Norm;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.core.model.EncoderConfig.Activation;
import java.util.List;

/**
 * The steps of an encoder in one dialect. Values are named by strings; token vectors are (n x t x h), or (n x 1 x h)
 * where only the first token matters.
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
     * @param mask input {@code attention_mask}
     * @param relative relative position bias (1 x heads x t x t), empty where there is none
     * @param window bias of local layers (1 x 1 x t x t), empty where there is none
     */
    abstract Scene scene(String mask, String relative, String window);

    /** Token ids to normalised embeddings; {@code positions} (n x t) is empty where they count from 0. */
    abstract String embed(Embedding embedding, String ids, String positions, String tokenTypes);

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

    /** The first token's row of (n x t x h), as (n x 1 x h). */
    String firstRow(String x) {
        return slice(x, 1, 0, 1);
    }

    String slice(String x, int axis, long from, long to) {
        return graph.node(
                "Slice", List.of(x, graph.integers(from), graph.integers(to), graph.integers(axis)));
    }
}
