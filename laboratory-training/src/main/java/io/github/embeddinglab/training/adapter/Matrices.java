package io.github.embeddinglab.training.adapter;

import io.github.embeddinglab.vectors.FloatMatrix;
import io.github.embeddinglab.vectors.MatrixProduct;

/** Products and transposes of small matrices. */
final class Matrices {
    private Matrices() {}

    /** {@code a (m x d) * transpose(b (n x d))}, m x n. */
    static FloatMatrix timesTransposed(FloatMatrix a, FloatMatrix b, int threads) {
        return FloatMatrix.of(MatrixProduct.scores(a, b, threads), a.rows(), b.rows());
    }

    /** {@code a (m x n) * b (n x d)}, m x d. */
    static FloatMatrix times(FloatMatrix a, FloatMatrix b, int threads) {
        return timesTransposed(a, transposed(b), threads);
    }

    static FloatMatrix transposed(FloatMatrix a) {
        int rows = a.rows();
        int columns = a.columns();
        float[] out = new float[rows * columns];
        for (int row = 0; row < rows; row++) {
            float[] values = a.row(row);
            for (int column = 0; column < columns; column++) {
                out[column * rows + row] = values[column];
            }
        }
        return FloatMatrix.of(out, columns, rows);
    }

    /** All values, row-major. */
    static float[] values(FloatMatrix a) {
        float[] out = new float[Math.multiplyExact(a.rows(), a.columns())];
        for (int row = 0; row < a.rows(); row++) {
            System.arraycopy(a.row(row), 0, out, row * a.columns(), a.columns());
        }
        return out;
    }

    static FloatMatrix rows(FloatMatrix a, int[] places) {
        float[][] rows = new float[places.length][];
        for (int i = 0; i < places.length; i++) {
            rows[i] = a.row(places[i]);
        }
        return FloatMatrix.ofRows(rows);
    }
}
