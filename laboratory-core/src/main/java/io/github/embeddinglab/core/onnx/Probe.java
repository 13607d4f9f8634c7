package io.github.embeddinglab.core.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.github.embeddinglab.api.InvalidModelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evaluates a small part of the graph on small inputs: values that are bound are taken, the rest is computed from them. */
final class Probe {
    /** Bounds one tensor and, eightfold, all of a probe together: a damaged graph must not eat the heap. */
    static final int MOST_ELEMENTS = 1 << 20;

    private final OnnxGraph graph;
    private final Map<String, Value> known = new HashMap<>();
    private long elements;

    Probe(OnnxGraph graph) {
        this.graph = graph;
    }

    /** Gives a value; the name is taken as it stands and behind its aliases. */
    Probe bind(String name, Value value) {
        known.put(name, value);
        known.put(graph.resolve(name), value);
        return this;
    }

    /** Computes a value. */
    Value of(String name) {
        for (int index : graph.ancestors(name, known.keySet(), true)) {
            NodeProto node = graph.node(index);
            try {
                run(node);
            } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException | NegativeArraySizeException e) {
                throw new InvalidModelException(
                        OnnxGraph.oneLine(graph.where() + ": " + OnnxGraph.label(node) + " cannot be computed (" + e.getMessage()
                                + "); the graph is damaged or no known encoder"), e);
            }
        }
        Value value = lookUp(name);
        if (value == null) {
            throw graph.refused("value \"" + name + "\" is not computed by any node", "the file is damaged, get it again");
        }
        return value;
    }

    private void run(NodeProto node) {
        if (node.getOutputCount() == 0 || known.containsKey(node.getOutput(0))) {
            return;
        }
        List<@Nullable Value> inputs = new ArrayList<>();
        boolean table = node.getOpType().equals("Gather") && graph.weight(node.getInput(0), 2) != null;
        for (int i = 0; i < node.getInputCount(); i++) {
            String name = node.getInput(i);
            // a table of tokens is read row by row, never as a whole
            inputs.add(name.isEmpty() || (table && i == 0) ? null : input(node, name));
        }
        Value out = table ? rows(node, inputs) : ProbeOperators.run(graph, node, inputs);
        elements += out.data().length;
        if (elements > 8L * MOST_ELEMENTS) {
            throw new IllegalArgumentException("the probe grows beyond " + 8L * MOST_ELEMENTS + " numbers");
        }
        known.put(node.getOutput(0), out);
    }

    private Value rows(NodeProto node, List<@Nullable Value> inputs) {
        Weight weight = graph.weight(node.getInput(0), 2);
        Value index = inputs.get(1);
        if (weight == null || index == null || ProbeOperators.integer(node, "axis", 0) != 0) {
            throw new IllegalArgumentException("a table is read by its first axis only");
        }
        int width = weight.columns();
        int[] dims = java.util.Arrays.copyOf(index.dims(), index.rank() + 1);
        dims[index.rank()] = width;
        double[] out = new double[Value.size(dims)];
        for (int i = 0; i < index.data().length; i++) {
            int row = java.util.Objects.checkIndex((int) index.data()[i], weight.rows());
            for (int c = 0; c < width; c++) {
                out[i * width + c] = weight.at(row * width + c);
            }
        }
        return Value.floats(out, dims);
    }

    private Value input(NodeProto node, String name) {
        Value value = lookUp(name);
        if (value == null) {
            throw graph.refused(
                    OnnxGraph.label(node) + " reads \"" + name + "\", which no known encoder reads there",
                    "only encoders as torch exports them are imported");
        }
        return value;
    }

    private @Nullable Value lookUp(String name) {
        Value value = known.get(name);
        if (value == null) {
            value = known.get(graph.resolve(name));
        }
        return value != null ? value : graph.constant(name);
    }
}
