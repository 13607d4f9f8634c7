package io.github.embeddinglab.core.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.github.embeddinglab.api.InvalidModelException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The normalisations, linear layers and residual sums of a post-norm encoder.
 *
 * @param layers first to last
 * @param embeddingNorm after the sum of the embedding tables
 * @param output the token vectors
 */
record EncoderSkeleton(List<EncoderLayer> layers, Norm embeddingNorm, String output) {

    /** Copies the list. */
    EncoderSkeleton {
        layers = List.copyOf(layers);
    }

    /**
     * Walks from the token vectors back to the embeddings.
     *
     * @throws InvalidModelException naming the node that does not fit
     */
    static EncoderSkeleton match(OnnxGraph graph, String output) {
        ArrayDeque<EncoderLayer> layers = new ArrayDeque<>();
        Norm norm = norm(graph, output);
        String end = norm.output();
        while (true) {
            EncoderLayer layer = layer(graph, norm);
            if (layer == null) {
                break;
            }
            layers.addFirst(layer);
            norm = norm(graph, layer.input());
        }
        if (layers.isEmpty()) {
            throw unexpected(graph, norm.input(), "it is no encoder layer");
        }
        return new EncoderSkeleton(List.copyOf(layers), norm, end);
    }

    private static Norm norm(OnnxGraph graph, String value) {
        Norm norm = Norm.match(graph, value);
        if (norm == null) {
            throw unexpected(graph, value, "a layer normalisation is expected there");
        }
        return norm;
    }

    /** The layer that ends in a normalisation; null when it is the embeddings'. */
    private static @Nullable EncoderLayer layer(OnnxGraph graph, Norm norm) {
        Residual outer = Residual.match(graph, norm.input());
        if (outer == null) {
            return null;
        }
        Norm middle = norm(graph, outer.skipped());
        List<Linear> firsts = linears(graph, outer.linear().input());
        if (firsts.size() != 1 || !firsts.get(0).input().equals(middle.output())) {
            throw unexpected(graph, outer.linear().input(), "one feed-forward layer over the attention's result is expected before it");
        }
        Residual inner = Residual.match(graph, middle.input());
        if (inner == null) {
            throw unexpected(graph, middle.input(), "the sum of an attention and its input is expected there");
        }
        List<Linear> projections = linears(graph, inner.linear().input());
        boolean three = projections.size() == 3
                && projections.stream().allMatch(linear -> linear.input().equals(inner.skipped()));
        if (!three) {
            throw unexpected(
                    graph,
                    inner.linear().input(),
                    "an attention over query, key and value with biases is expected there, found " + projections.size()
                            + " linear layers");
        }
        return new EncoderLayer(
                inner.skipped(), projections, inner.linear(), middle, firsts.get(0), outer.linear(), norm);
    }

    /** Linear layers nearest before a value, looking past no linear layer and into no shape. */
    private static List<Linear> linears(OnnxGraph graph, String value) {
        Map<String, Linear> found = new LinkedHashMap<>();
        Set<String> seen = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(graph.resolve(value)));
        while (!open.isEmpty() && found.size() <= 3) {
            String at = open.pop();
            if (!seen.add(at)) {
                continue;
            }
            Linear linear = Linear.match(graph, at);
            if (linear != null) {
                found.put(linear.output(), linear);
                continue;
            }
            NodeProto node = graph.producer(at);
            if (node != null && !node.getOpType().equals("Shape")) {
                node.getInputList().forEach(input -> open.add(graph.resolve(input)));
            }
        }
        return new ArrayList<>(found.values());
    }

    private static InvalidModelException unexpected(OnnxGraph graph, String value, String what) {
        NodeProto node = graph.producer(value);
        String place = node == null ? "value \"" + value + "\"" : OnnxGraph.label(node);
        return graph.refused(
                "at " + place + " the graph leaves the form of a post-norm encoder: " + what,
                "BERT, RoBERTa, XLM-RoBERTa, DistilBERT and MPNet encoders as torch exports them are imported");
    }

    /**
     * A sum of a linear layer and what skipped it.
     *
     * @param linear one side
     * @param skipped the other
     */
    private record Residual(Linear linear, String skipped) {
        static @Nullable Residual match(OnnxGraph graph, String value) {
            NodeProto node = graph.producer(value, "Add");
            if (node == null) {
                return null;
            }
            for (int side = 0; side < 2; side++) {
                Linear linear = Linear.match(graph, node.getInput(side));
                if (linear != null) {
                    return new Residual(linear, graph.resolve(node.getInput(1 - side)));
                }
            }
            return null;
        }
    }
}
