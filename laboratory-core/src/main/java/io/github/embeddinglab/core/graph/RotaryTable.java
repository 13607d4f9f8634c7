package io.github.embeddinglab.core.graph;

import java.io.IOException;

/**
 * Rotary angles: position p and pair i turn by {@code p * theta^(-2 i / headSize)}, in single precision as the
 * reference computes them.
 *
 * @param theta base
 * @param positions rows of the table
 * @param headSize width of a head, even
 */
record RotaryTable(double theta, int positions, int headSize) {

    void writeCosines(FloatSink sink) throws IOException {
        write(sink, true);
    }

    void writeSines(FloatSink sink) throws IOException {
        write(sink, false);
    }

    private void write(FloatSink sink, boolean cosine) throws IOException {
        float[] inverse = new float[headSize / 2];
        for (int i = 0; i < inverse.length; i++) {
            inverse[i] = 1f / (float) Math.pow(theta, (float) (2 * i) / headSize);
        }
        float[] row = new float[inverse.length];
        for (int p = 0; p < positions; p++) {
            for (int i = 0; i < row.length; i++) {
                float angle = p * inverse[i];
                row[i] = (float) (cosine ? Math.cos(angle) : Math.sin(angle));
            }
            sink.put(row, 0, row.length);
        }
    }
}
