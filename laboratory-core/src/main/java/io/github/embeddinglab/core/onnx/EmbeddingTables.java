package io.github.embeddinglab.core.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tables whose rows are summed before the first layer, told apart by the numbers that index them.
 *
 * @param words indexed by the token ids
 * @param positions indexed by the place in the text
 * @param tokenTypes indexed by the token types, null where there is none
 * @param paddingIndex position number of padding where places are counted after it (RoBERTa, MPNet), -1 where they count from
 *     0
 */
record EmbeddingTables(Weight words, Weight positions, @Nullable Weight tokenTypes, int paddingIndex) {
    private static final double[] IDS = {50, 51, 52, 53, 60, 61, 62, 63};
    private static final double[] TYPES = {1, 0, 0, 1, 0, 1, 1, 0};
    private static final int TEXTS = 2;
    private static final int TOKENS = 4;

    /**
     * Reads the sum before the first normalisation.
     *
     * @throws io.github.embeddinglab.api.InvalidModelException when it is no sum of word, position and type rows
     */
    static EmbeddingTables read(OnnxGraph graph, Norm first) {
        Weight words = null;
        Weight positions = null;
        Weight types = null;
        int padding = -1;
        for (NodeProto gather : gathers(graph, first.input())) {
            Weight table = graph.weight(gather.getInput(0), 2);
            if (table == null || table.columns() != first.width() || ProbeOperators.integer(gather, "axis", 0) != 0) {
                throw graph.refused(OnnxGraph.label(gather) + " reads no embedding table of width " + first.width(),
                        "only encoders as torch exports them are imported");
            }
            double[] index = spread(graph, gather, indexed(graph, gather.getInput(1), IDS));
            if (words == null && java.util.Arrays.equals(index, IDS)) {
                words = table;
            } else if (types == null && (java.util.Arrays.equals(index, TYPES) || consecutive(index, 0, 0))) {
                types = table;
            } else if (positions == null && consecutive(index, index[0], 1)) {
                positions = table;
                padding = (int) index[0] - 1;
                if (padding >= 0) {
                    verifyPadding(graph, gather, padding);
                }
            } else {
                throw graph.refused(
                        OnnxGraph.label(gather) + " reads a table by numbers that are neither token ids, types nor positions",
                        "only encoders as torch exports them are imported");
            }
        }
        if (words == null || positions == null) {
            throw graph.refused("the graph has no " + (words == null ? "word" : "position") + " embeddings that can be told apart",
                    "BERT, RoBERTa, XLM-RoBERTa, DistilBERT and MPNet encoders as torch exports them are imported");
        }
        return new EmbeddingTables(words, positions, types, padding);
    }

    private static List<NodeProto> gathers(OnnxGraph graph, String sum) {
        List<NodeProto> found = new ArrayList<>();
        List<String> open = new ArrayList<>(List.of(sum));
        while (!open.isEmpty()) {
            String at = open.remove(open.size() - 1);
            NodeProto node = graph.producer(at, "Add", "Gather");
            if (node == null || found.size() > 3) {
                throw graph.refused("value \"" + at + "\" is no row of an embedding table, yet it is summed into the embeddings",
                        "only encoders as torch exports them are imported");
            }
            if (node.getOpType().equals("Gather")) {
                found.add(node);
            } else {
                open.addAll(node.getInputList());
            }
        }
        return found;
    }

    private static Value indexed(OnnxGraph graph, String index, double[] ids) {
        double[] ones = new double[ids.length];
        java.util.Arrays.fill(ones, 1);
        return new Probe(graph)
                .bind("input_ids", Value.integers(ids, TEXTS, TOKENS))
                .bind("attention_mask", Value.integers(ones, TEXTS, TOKENS))
                .bind("token_type_ids", Value.integers(TYPES, TEXTS, TOKENS))
                .of(index);
    }

    /** Position numbers may be one row for all texts. */
    private static double[] spread(OnnxGraph graph, NodeProto gather, Value index) {
        double[] data = index.data();
        if (data.length == TOKENS) {
            double[] twice = java.util.Arrays.copyOf(data, TEXTS * TOKENS);
            System.arraycopy(data, 0, twice, TOKENS, TOKENS);
            return twice;
        }
        if (data.length != TEXTS * TOKENS) {
            throw graph.refused(OnnxGraph.label(gather) + " reads " + data.length + " rows for eight tokens",
                    "only encoders as torch exports them are imported");
        }
        return data;
    }

    private static boolean consecutive(double[] index, double start, double step) {
        boolean same = start >= 0 && start < 1 << 20;
        for (int i = 0; i < index.length; i++) {
            same &= index[i] == start + i % TOKENS * step;
        }
        return same;
    }

    /** A padding token has the padding position and is not counted. */
    private static void verifyPadding(OnnxGraph graph, NodeProto gather, int padding) {
        double[] ids = IDS.clone();
        ids[1] = padding;
        double[] index = spread(graph, gather, indexed(graph, gather.getInput(1), ids));
        double[] expected = {padding + 1, padding, padding + 2, padding + 3, padding + 1, padding + 2, padding + 3, padding + 4};
        if (padding >= IDS[0] || !java.util.Arrays.equals(index, expected)) {
            throw graph.refused(OnnxGraph.label(gather) + " counts positions from " + (padding + 1) + ", but not as RoBERTa does",
                    "only encoders as torch exports them are imported");
        }
    }
}
