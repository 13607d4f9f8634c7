package io.github.embeddinglab.core.onnx;

import io.github.embeddinglab.core.model.ModelModule.PoolingMode;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Which value of a graph holds the token vectors, and what the graph itself makes of them.
 *
 * @param tokens value of the token vectors (texts x tokens x hidden)
 * @param sentence value of one vector for each text, null where the graph stops at the tokens
 */
record TokenOutput(String tokens, @Nullable String sentence) {
    private static final List<String> TOKENS = List.of("last_hidden_state", "token_embeddings");
    private static final String SENTENCE = "sentence_embedding";

    /**
     * Finds the outputs by the names that exporters give; an only output of another name counts as token vectors.
     *
     * @throws io.github.embeddinglab.api.InvalidModelException when no output qualifies
     */
    static TokenOutput find(OnnxGraph graph) {
        List<String> outputs = graph.outputs();
        String sentence = outputs.contains(SENTENCE) ? SENTENCE : null;
        for (String name : TOKENS) {
            if (outputs.contains(name)) {
                return new TokenOutput(name, sentence);
            }
        }
        if (sentence != null) {
            // the last normalisation before the pooled vector ends the encoder
            for (int index : graph.ancestors(sentence, java.util.Set.of(), false).stream()
                    .sorted(java.util.Comparator.reverseOrder())
                    .toList()) {
                String value = graph.node(index).getOutputCount() == 0 ? "" : graph.node(index).getOutput(0);
                if (!value.isEmpty() && Norm.match(graph, value) != null) {
                    return new TokenOutput(value, sentence);
                }
            }
        }
        if (outputs.size() != 1 || sentence != null) {
            throw graph.refused(
                    "none of its outputs " + outputs + " is known as token vectors (last_hidden_state, token_embeddings)",
                    "export the encoder with one of these outputs");
        }
        return new TokenOutput(outputs.get(0), null);
    }

    /**
     * Compares the graph's own pooling, where it has one, with the settings.
     *
     * @throws io.github.embeddinglab.api.InvalidModelException when they differ
     */
    void verify(OnnxGraph graph, ImportSettings settings, int hidden) {
        if (sentence == null) {
            return;
        }
        int texts = 2;
        int tokensEach = 5;
        double[] x = new double[texts * tokensEach * hidden];
        SplittableRandom random = new SplittableRandom(hidden);
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (2 * random.nextDouble() - 1);
        }
        double[] found = AttentionProbe.inputs(new Probe(graph), texts, tokensEach)
                .bind(tokens, Value.floats(x, texts, tokensEach, hidden))
                .of(sentence)
                .data();
        double[] expected = new double[texts * hidden];
        for (int text = 0; text < texts; text++) {
            int kept = text == 0 ? tokensEach : 3;
            double squares = 0;
            for (int c = 0; c < hidden; c++) {
                double v = pooled(x, (text * tokensEach) * hidden + c, kept, hidden, settings.pooling());
                expected[text * hidden + c] = v;
                squares += v * v;
            }
            for (int c = 0; settings.normalize() && c < hidden; c++) {
                expected[text * hidden + c] /= Math.sqrt(squares);
            }
        }
        boolean same = found.length == expected.length;
        for (int i = 0; same && i < expected.length; i++) {
            same = Math.abs(found[i] - expected[i]) < 1e-4;
        }
        if (!same) {
            throw graph.refused(
                    "its own output " + sentence + " is not " + settings.pooling() + " pooling"
                            + (settings.normalize() ? " with" : " without") + " normalisation, as the settings say",
                    "correct the settings; a dense layer after pooling is not imported");
        }
    }

    private static double pooled(double[] x, int start, int kept, int hidden, PoolingMode mode) {
        double sum = 0;
        double most = Double.NEGATIVE_INFINITY;
        double weights = 0;
        for (int t = 0; t < kept; t++) {
            double v = x[start + t * hidden];
            double weight = mode == PoolingMode.WEIGHTED_MEAN ? t + 1 : 1;
            sum += weight * v;
            weights += weight;
            most = Math.max(most, v);
        }
        return switch (mode) {
            case CLS -> x[start];
            case MAX -> most;
            case MEAN, WEIGHTED_MEAN -> sum / weights;
            case MEAN_SQRT_LEN -> sum / Math.sqrt(kept);
            case LAST_TOKEN -> x[start + (kept - 1) * hidden];
        };
    }
}
