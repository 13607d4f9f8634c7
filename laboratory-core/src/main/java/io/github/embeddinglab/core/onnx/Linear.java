package io.github.embeddinglab.core.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.github.embeddinglab.core.onnx.Value.Kind;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer y = W x + b in the graph.
 *
 * @param input value x
 * @param output value y
 * @param weight as stored
 * @param transposed whether it is stored as (in x out), the way a matrix product wants it
 * @param bias (out)
 */
record Linear(String input, String output, Weight weight, boolean transposed, Weight bias) {

    int in() {
        return transposed ? weight.rows() : weight.columns();
    }

    int out() {
        return transposed ? weight.columns() : weight.rows();
    }

    /** The linear layer that makes a value; null when something else does. */
    static @Nullable Linear match(OnnxGraph graph, String value) {
        NodeProto node = graph.producer(value, "Add", "Gemm");
        if (node == null) {
            return null;
        }
        if (node.getOpType().equals("Gemm")) {
            return gemm(graph, value, node);
        }
        for (int side = 0; side < 2; side++) {
            Weight bias = graph.weight(node.getInput(side), 1);
            NodeProto product = graph.producer(node.getInput(1 - side), "MatMul");
            if (bias == null || product == null) {
                continue;
            }
            String matrix = product.getInput(1);
            Weight weight = graph.weight(matrix, 2);
            boolean transposed = true;
            NodeProto turned = graph.producer(matrix, "Transpose");
            if (turned != null) {
                weight = graph.weight(turned.getInput(0), 2);
                transposed = false;
            }
            if (weight != null) {
                return checked(graph, node, new Linear(
                        graph.resolve(product.getInput(0)), graph.resolve(value), weight, transposed, bias));
            }
        }
        return null;
    }

    private static @Nullable Linear gemm(OnnxGraph graph, String value, NodeProto node) {
        Weight weight = graph.weight(node.getInput(1), 2);
        Weight bias = node.getInputCount() < 3 ? null : graph.weight(node.getInput(2), 1);
        boolean plain = ProbeOperators.integer(node, "transA", 0) == 0
                && ProbeOperators.real(node, "alpha", 1) == 1
                && ProbeOperators.real(node, "beta", 1) == 1;
        if (weight == null || bias == null || !plain) {
            return null;
        }
        boolean transposed = ProbeOperators.integer(node, "transB", 0) == 0;
        return checked(graph, node, new Linear(
                graph.resolve(node.getInput(0)), graph.resolve(value), weight, transposed, bias));
    }

    private static Linear checked(OnnxGraph graph, NodeProto node, Linear linear) {
        if (linear.bias.columns() != linear.out()) {
            throw graph.refused(
                    OnnxGraph.label(node) + " adds a bias of " + linear.bias.columns() + " numbers to " + linear.out() + " columns",
                    "the file is damaged, get it again");
        }
        return linear;
    }

    /** A stand-in for the output in probes. */
    Value standIn(double[] data, int... leading) {
        int[] dims = java.util.Arrays.copyOf(leading, leading.length + 1);
        dims[leading.length] = out();
        return new Value(dims, data, Kind.FLOAT);
    }
}
