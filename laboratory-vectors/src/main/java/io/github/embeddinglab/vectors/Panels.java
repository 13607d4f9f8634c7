package io.github.embeddinglab.vectors;

/** Rows of a matrix packed side by side: panel c holds rows {@code c * width} onwards as columns, padded with zeros. */
final class Panels {
    final float[] data;
    final int count;
    final int width;
    private final int columns;

    private Panels(float[] data, int count, int width, int columns) {
        this.data = data;
        this.count = count;
        this.width = width;
        this.columns = columns;
    }

    /** Packs rows {@code first..first+rows-1}; the memory is padded(rows) * d floats. */
    static Panels pack(FloatMatrix matrix, int first, int rows, int width) {
        int columns = matrix.columns();
        int count = (rows + width - 1) / width;
        float[] data = new float[Math.multiplyExact(Math.multiplyExact(count, width), columns)];
        for (int r = 0; r < rows; r++) {
            float[] chunk = matrix.chunk(first + r);
            int from = matrix.offset(first + r);
            int to = r / width * width * columns + r % width;
            for (int p = 0; p < columns; p++) {
                data[to + p * width] = chunk[from + p];
            }
        }
        return new Panels(data, count, width, columns);
    }

    int offset(int panel) {
        return panel * width * columns;
    }

    /** How many rows fit the budget, a multiple of the width and at least one panel. */
    static int rowsWithin(int bytes, int columns, int width) {
        int panels = bytes / Float.BYTES / Math.max(1, columns) / width;
        return Math.max(1, panels) * width;
    }
}
