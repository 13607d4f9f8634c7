package io.github.embeddinglab.core.onnx;

import io.github.embeddinglab.api.InvalidModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A float32 initializer of the graph: a view of its mapped bytes, never a copy.
 *
 * @param name in the graph
 * @param rows extent of the first axis; 1 for a vector
 * @param columns extent of the last axis
 * @param vector whether it has one axis only
 * @param data row-major little-endian floats
 */
record Weight(String name, int rows, int columns, boolean vector, ByteBuffer data) {

    float at(int index) {
        return data.getFloat(data.position() + 4 * index);
    }

    /** Refuses weights that a damaged file or a failed training left infinite or NaN. */
    void checkFinite() {
        int n = rows * columns;
        for (int i = 0; i < n; i++) {
            if (!Float.isFinite(at(i))) {
                throw new InvalidModelException(OnnxGraph.oneLine("weight \"" + name + "\" holds " + at(i) + " at index " + i
                        + "; the file is damaged, get it again"));
            }
        }
    }

    /** Writes the transpose (columns x rows) into a buffer of the same size, at its position. */
    void transposeInto(ByteBuffer target) {
        ByteBuffer out = target.slice(target.position(), target.remaining()).order(ByteOrder.LITTLE_ENDIAN);
        int block = 32; // both sides stay in the first-level cache
        for (int r0 = 0; r0 < rows; r0 += block) {
            for (int c0 = 0; c0 < columns; c0 += block) {
                for (int r = r0; r < Math.min(rows, r0 + block); r++) {
                    for (int c = c0; c < Math.min(columns, c0 + block); c++) {
                        out.putFloat(4 * (c * rows + r), at(r * columns + c));
                    }
                }
            }
        }
    }
}
