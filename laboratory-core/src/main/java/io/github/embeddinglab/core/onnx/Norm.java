package io.github.embeddinglab.core.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A layer normalisation y = (x - mean) / sqrt(variance + epsilon) * weight + bias in the graph, as one node or as the eight
 * that exporters before operator set 17 write.
 *
 * @param input value x
 * @param output value y
 * @param weight (d)
 * @param bias (d)
 * @param epsilon added to the variance
 */
record Norm(String input, String output, Weight weight, Weight bias, float epsilon) {

    int width() {
        return weight.columns();
    }

    /** The normalisation that makes a value; null when something else does. */
    static @Nullable Norm match(OnnxGraph graph, String value) {
        NodeProto node = graph.producer(value, "Add", "LayerNormalization");
        if (node == null) {
            return null;
        }
        return node.getOpType().equals("Add") ? decomposed(graph, value, node) : single(graph, value, node);
    }

    private static @Nullable Norm single(OnnxGraph graph, String value, NodeProto node) {
        Weight weight = node.getInputCount() < 3 ? null : graph.weight(node.getInput(1), 1);
        Weight bias = node.getInputCount() < 3 ? null : graph.weight(node.getInput(2), 1);
        long axis = ProbeOperators.integer(node, "axis", -1);
        if (weight == null || bias == null || (axis != -1 && axis != 2) || weight.columns() != bias.columns()) {
            return null;
        }
        float epsilon = ProbeOperators.real(node, "epsilon", 1e-5f);
        return new Norm(graph.resolve(node.getInput(0)), graph.resolve(value), weight, bias, epsilon);
    }

    private static @Nullable Norm decomposed(OnnxGraph graph, String value, NodeProto add) {
        for (int side = 0; side < 2; side++) {
            Weight bias = graph.weight(add.getInput(side), 1);
            NodeProto scaled = graph.producer(add.getInput(1 - side), "Mul");
            if (bias == null || scaled == null) {
                continue;
            }
            for (int factor = 0; factor < 2; factor++) {
                Weight weight = graph.weight(scaled.getInput(factor), 1);
                NodeProto quotient = graph.producer(scaled.getInput(1 - factor), "Div");
                if (weight != null && quotient != null && weight.columns() == bias.columns()) {
                    return centred(graph, value, quotient, weight, bias);
                }
            }
        }
        return null;
    }

    private static @Nullable Norm centred(OnnxGraph graph, String value, NodeProto quotient, Weight weight, Weight bias) {
        NodeProto difference = graph.producer(quotient.getInput(0), "Sub");
        NodeProto root = graph.producer(quotient.getInput(1), "Sqrt");
        NodeProto sum = root == null ? null : graph.producer(root.getInput(0), "Add");
        if (difference == null || sum == null) {
            return null;
        }
        Value epsilon = graph.constant(sum.getInput(1));
        if (epsilon == null) {
            epsilon = graph.constant(sum.getInput(0));
        }
        if (epsilon == null || epsilon.data().length != 1) {
            return null;
        }
        return new Norm(
                graph.resolve(difference.getInput(0)), graph.resolve(value), weight, bias, (float) epsilon.data()[0]);
    }

    /**
     * Evaluates the graph's nodes on two rows, one of them so small that epsilon counts, and compares with the formula.
     *
     * @throws io.github.embeddinglab.api.InvalidModelException when they differ
     */
    void verify(OnnxGraph graph) {
        weight.checkFinite();
        bias.checkFinite();
        NodeProto node = graph.producer(output, "Add");
        if (node == null) {
            return; // the one-node form is the formula by its specification
        }
        int d = width();
        double[] x = new double[2 * d];
        SplittableRandom random = new SplittableRandom(d);
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) ((random.nextDouble() - 0.5) * (i < d ? 4 : 1e-5));
        }
        Value y = new Probe(graph).bind(input, Value.floats(x, 1, 2, d)).of(output);
        boolean same = y.data().length == x.length;
        for (int row = 0; same && row < 2; row++) {
            double mean = 0;
            for (int i = 0; i < d; i++) {
                mean += x[row * d + i] / d;
            }
            double variance = 0;
            for (int i = 0; i < d; i++) {
                variance += (x[row * d + i] - mean) * (x[row * d + i] - mean) / d;
            }
            for (int i = 0; same && i < d; i++) {
                double expected = (x[row * d + i] - mean) / Math.sqrt(variance + epsilon) * weight.at(i) + bias.at(i);
                double tolerance = 1e-4 * (1 + Math.abs(weight.at(i)) + Math.abs(bias.at(i)));
                same = Math.abs(y.data()[row * d + i] - expected) <= tolerance;
            }
        }
        if (!same) {
            throw graph.refused(
                    OnnxGraph.label(node) + " looks like a layer normalisation and computes something else",
                    "only encoders as torch exports them are imported");
        }
    }
}
