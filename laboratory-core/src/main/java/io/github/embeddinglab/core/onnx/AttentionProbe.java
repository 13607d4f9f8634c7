package io.github.embeddinglab.core.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Reads an attention by what it computes: two texts of five tokens, the second padded after three, with random projections.
 * The result must be softmax(Q K^T / sqrt(head size) + position bias, padding left out) V for one reading of the three
 * projections as query, key and value.
 */
final class AttentionProbe {
    private static final int TEXTS = 2;
    private static final int TOKENS = 5;
    private static final int KEPT = 3;
    private static final int[][] ORDERS = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

    private final OnnxGraph graph;
    private final Set<String> backbone = new HashSet<>();
    private final int hidden;

    /** Values of the skeleton have a known shape: a mask that asks for one must not run the layers before it. */
    AttentionProbe(OnnxGraph graph, EncoderSkeleton skeleton) {
        this.graph = graph;
        this.hidden = skeleton.embeddingNorm().width();
        backbone.add(skeleton.embeddingNorm().input());
        backbone.add(skeleton.embeddingNorm().output());
        for (EncoderLayer layer : skeleton.layers()) {
            backbone.add(layer.attentionNorm().output());
            backbone.add(layer.norm().output());
        }
    }

    /**
     * What an attention turned out to be.
     *
     * @param query projection of the query
     * @param key projection of the key
     * @param value projection of the value
     * @param heads number of heads
     * @param positionBias table (buckets x heads) of a relative position bias, null where there is none
     */
    record Reading(Linear query, Linear key, Linear value, int heads, @Nullable Weight positionBias) {}

    /**
     * Evaluates one layer's attention.
     *
     * @throws io.github.embeddinglab.api.InvalidModelException when no reading fits
     */
    Reading read(EncoderLayer layer) {
        Set<String> stops = new HashSet<>();
        layer.projections().forEach(linear -> stops.add(linear.output()));
        List<NodeProto> nodes = new ArrayList<>();
        graph.ancestors(layer.mix().input(), stops, false).forEach(index -> nodes.add(graph.node(index)));
        List<NodeProto> softmaxes = nodes.stream().filter(n -> n.getOpType().equals("Softmax")).toList();
        if (softmaxes.size() != 1) {
            throw unknown(layer, softmaxes.size() + " softmax nodes are in it");
        }
        SplittableRandom random = new SplittableRandom(hidden);
        double[][] projected = new double[3][TEXTS * TOKENS * hidden];
        Probe probe = inputs(new Probe(graph), TEXTS, TOKENS);
        backbone.forEach(name -> probe.bind(name, Value.floats(new double[TEXTS * TOKENS * hidden], TEXTS, TOKENS, hidden)));
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < projected[i].length; k++) {
                projected[i][k] = (float) (2 * random.nextDouble() - 1);
            }
            Linear linear = layer.projections().get(i);
            probe.bind(linear.output(), linear.standIn(projected[i], TEXTS, TOKENS));
        }
        Value weights = probe.of(softmaxes.get(0).getOutput(0));
        Value result = probe.of(layer.mix().input());
        int heads = weights.rank() == 4 ? weights.dims()[1] : 0;
        if (heads < 1 || hidden % heads != 0 || result.data().length != projected[0].length) {
            throw unknown(layer, "its softmax has the shape " + java.util.Arrays.toString(weights.dims()));
        }
        Weight bias = positionBias(nodes, heads);
        for (int[] order : ORDERS) {
            if (fits(result.data(), projected, order, heads, bias)) {
                List<Linear> p = layer.projections();
                return new Reading(p.get(order[0]), p.get(order[1]), p.get(order[2]), heads, bias);
            }
        }
        throw unknown(layer, "its result is not softmax(Q K^T / sqrt(d) + bias) V with padding left out");
    }

    /** Binds what a tokenizer gives: all tokens 7, type 0, the last text padded after three tokens. */
    static Probe inputs(Probe probe, int texts, int tokens) {
        double[] ids = new double[texts * tokens];
        double[] mask = new double[texts * tokens];
        java.util.Arrays.fill(ids, 7);
        java.util.Arrays.fill(mask, 1);
        if (texts > 1) {
            java.util.Arrays.fill(mask, (texts - 1) * tokens + KEPT, mask.length, 0);
        }
        return probe.bind("input_ids", Value.integers(ids, texts, tokens))
                .bind("attention_mask", Value.integers(mask, texts, tokens))
                .bind("token_type_ids", Value.integers(new double[ids.length], texts, tokens));
    }

    private @Nullable Weight positionBias(List<NodeProto> nodes, int heads) {
        Weight found = null;
        for (NodeProto node : nodes) {
            Weight table = node.getOpType().equals("Gather") ? graph.weight(node.getInput(0), 2) : null;
            if (table == null) {
                continue;
            }
            if (table.columns() != heads || table.rows() < 2 || table.rows() > 1024) {
                throw graph.refused(
                        OnnxGraph.label(node) + " adds a table of " + table.rows() + " x " + table.columns() + " to an attention of "
                                + heads + " heads", "only MPNet's position bias is known there");
            }
            verifyBuckets(node, table.rows());
            found = table;
        }
        return found;
    }

    /** The bucket of every distance in a long text, against the formula. */
    private void verifyBuckets(NodeProto node, int buckets) {
        int tokens = 300;
        Probe probe = inputs(new Probe(graph), 1, tokens);
        backbone.forEach(name -> probe.bind(name, Value.floats(new double[tokens * hidden], 1, tokens, hidden)));
        Value index = probe.of(node.getInput(1));
        boolean same = index.data().length == tokens * tokens;
        for (int i = 0; same && i < tokens; i++) {
            for (int j = 0; same && j < tokens; j++) {
                same = index.data()[i * tokens + j] == bucket(j - i, buckets);
            }
        }
        if (!same) {
            throw graph.refused(
                    OnnxGraph.label(node) + " numbers relative positions in another way than MPNet",
                    "only MPNet's position bias is known there");
        }
    }

    /**
     * MPNet's bucket of a relative position: half of the buckets for either direction; in each, half for single distances and
     * the rest spaced by logarithm up to 128. Float arithmetic as in the reference.
     */
    static int bucket(int relative, int buckets) {
        int half = buckets / 2;
        int exact = half / 2;
        int distance = Math.abs(relative);
        int direction = relative > 0 ? half : 0;
        if (distance < exact) {
            return direction + distance;
        }
        float log = (float) Math.log((float) distance / exact);
        float scaled = log / (float) Math.log(128.0 / exact) * (half - exact);
        return direction + Math.min(exact + (int) scaled, half - 1);
    }

    private boolean fits(double[] result, double[][] projected, int[] order, int heads, @Nullable Weight bias) {
        int size = hidden / heads;
        double[] weights = new double[TOKENS];
        for (int text = 0; text < TEXTS; text++) {
            int kept = text == TEXTS - 1 ? KEPT : TOKENS;
            for (int head = 0; head < heads; head++) {
                for (int i = 0; i < kept; i++) {
                    double sum = 0;
                    for (int j = 0; j < kept; j++) {
                        double score = 0;
                        for (int c = 0; c < size; c++) {
                            score += at(projected[order[0]], text, i, head * size + c)
                                    * at(projected[order[1]], text, j, head * size + c);
                        }
                        score /= Math.sqrt(size);
                        if (bias != null) {
                            score += bias.at(bucket(j - i, bias.rows()) * heads + head);
                        }
                        weights[j] = Math.exp(score);
                        sum += weights[j];
                    }
                    for (int c = head * size; c < (head + 1) * size; c++) {
                        double expected = 0;
                        for (int j = 0; j < kept; j++) {
                            expected += weights[j] / sum * at(projected[order[2]], text, j, c);
                        }
                        if (!(Math.abs(expected - at(result, text, i, c)) < 1e-4)) {
                            return false;
                        }
                    }
                }
            }
        }
        return true;
    }

    private double at(double[] data, int text, int token, int column) {
        return data[(text * TOKENS + token) * hidden + column];
    }

    private io.github.embeddinglab.api.InvalidModelException unknown(EncoderLayer layer, String why) {
        return graph.refused(
                "the attention before \"" + layer.mix().output() + "\" is no plain multi-head attention: " + why,
                "BERT, RoBERTa, XLM-RoBERTa, DistilBERT and MPNet encoders as torch exports them are imported");
    }
}
