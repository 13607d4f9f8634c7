package io.github.embeddinglab.core.onnx;

import io.github.embeddinglab.core.model.EncoderConfig.Activation;

/** Reads a feed-forward activation by its values on a grid from -5 to 5. */
final class ActivationProbe {
    private static final int POINTS = 201;

    private ActivationProbe() {}

    /**
     * Evaluates what lies between the two feed-forward matrices.
     *
     * @throws io.github.embeddinglab.api.InvalidModelException when it is none of the known functions
     */
    static Activation read(OnnxGraph graph, EncoderLayer layer) {
        double[] grid = new double[POINTS];
        for (int i = 0; i < POINTS; i++) {
            grid[i] = (float) ((i - POINTS / 2) * 0.05);
        }
        Value y = AttentionProbe.inputs(new Probe(graph), 1, 1)
                .bind(layer.first().output(), Value.floats(grid, 1, 1, POINTS))
                .of(layer.second().input());
        for (Activation activation : Activation.values()) {
            boolean same = y.data().length == POINTS;
            for (int i = 0; same && i < POINTS; i++) {
                same = Math.abs(y.data()[i] - activation.of(grid[i])) < 1e-5;
            }
            if (same) {
                return activation;
            }
        }
        throw graph.refused(
                "the activation before \"" + layer.second().output() + "\" is none of " + java.util.Arrays.toString(Activation.values()),
                "other encoders are not imported");
    }
}
