package io.github.embeddinglab.vectors;

import java.util.Random;

/** Random input for tests. */
final class RandomVectors {
    private RandomVectors() {}

    static float[] floats(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    static FloatMatrix matrix(Random random, int rows, int columns) {
        return FloatMatrix.of(floats(random, rows * columns), rows, columns);
    }

    /** Bytes in -limit..limit. */
    static byte[] bytes(Random random, int length, int limit) {
        byte[] values = new byte[length];
        for (int i = 0; i < length; i++) {
            values[i] = (byte) (random.nextInt(2 * limit + 1) - limit);
        }
        return values;
    }
}
