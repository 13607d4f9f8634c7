package io.github.embeddinglab.evaluation.audit;

import java.util.Arrays;

/**
 * The space in which stored and predicted vectors are compared: unit vectors of the columns that the store has; signs where
 * the store holds one bit a column.
 *
 * @param from first column of the model's that the store has
 * @param columns that are compared
 * @param signs whether only signs are compared
 * @param match cosine from which two vectors agree
 */
record Frame(int from, int columns, boolean signs, double match) {
    static Frame of(int columns, Code code) {
        return new Frame(0, columns, code.kind() == Code.Kind.BINARY, code.match());
    }

    /** A vector of the model's. */
    float[] predicted(float[] row) {
        return view(from == 0 && columns == row.length ? row : Arrays.copyOfRange(row, from, from + columns), 0);
    }

    /** A row of the store's; its columns beyond those compared are left out. */
    float[] stored(float[] row) {
        return view(columns == row.length ? row : Arrays.copyOf(row, columns), threshold(row));
    }

    /** Bits may be stored as 0 and 1, as -1 and 1, or as -a and a. */
    private float threshold(float[] row) {
        if (!signs) {
            return 0;
        }
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        for (float value : row) {
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        return (low + high) / 2;
    }

    private float[] view(float[] row, float threshold) {
        if (!signs) {
            return Rows.normalized(row);
        }
        float unit = (float) (1 / Math.sqrt(row.length));
        float[] view = new float[row.length];
        for (int i = 0; i < row.length; i++) {
            view[i] = row[i] > threshold ? unit : -unit;
        }
        return view;
    }
}
