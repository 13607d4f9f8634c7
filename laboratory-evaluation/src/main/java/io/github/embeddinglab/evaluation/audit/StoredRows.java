package io.github.embeddinglab.evaluation.audit;

import io.github.embeddinglab.api.Npy;
import java.util.ArrayList;
import java.util.List;

/**
 * The exported matrix, row by row.
 *
 * @param rows n arrays
 * @param columns of each
 */
record StoredRows(List<float[]> rows, int columns) {
    static StoredRows of(Npy.Matrix matrix) {
        List<float[]> rows = new ArrayList<>(matrix.rows());
        for (int row = 0; row < matrix.rows(); row++) {
            float[] values = new float[matrix.columns()];
            System.arraycopy(matrix.values(), row * matrix.columns(), values, 0, values.length);
            rows.add(values);
        }
        return new StoredRows(rows, matrix.columns());
    }

    /** Eight bits a number, as signs: the highest bit first, or the lowest; numbers from -128 may stand for those from 0. */
    StoredRows unpacked(boolean highestFirst, boolean lowered) {
        List<float[]> signs = new ArrayList<>(rows.size());
        for (float[] row : rows) {
            float[] bits = new float[row.length * 8];
            for (int i = 0; i < bits.length; i++) {
                int place = highestFirst ? 7 - i % 8 : i % 8;
                bits[i] = ((((int) row[i / 8] + (lowered ? 128 : 0)) >> place) & 1) == 1 ? 1 : -1;
            }
            signs.add(bits);
        }
        return new StoredRows(signs, columns * 8);
    }
}
