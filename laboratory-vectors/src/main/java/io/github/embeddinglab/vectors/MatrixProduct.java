package io.github.embeddinglab.vectors;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Products of two float matrices whose rows are vectors, blocked for the caches. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class MatrixProduct {
    private static final int PANEL_BYTES = 512 * 1024;
    private static final int BLOCK_ROWS = 48;

    private MatrixProduct() {}

    /**
     * All dot products between the rows of two matrices, {@code left * transpose(right)}.
     *
     * <p>O(m n d); memory beside the result is half a megabyte or one panel for each thread.
     *
     * @param left m x d
     * @param right n x d
     * @param threads how many threads work, the caller included
     * @return m x n, row-major
     * @throws IllegalArgumentException if dimensions differ, the result exceeds one array, or threads is below 1
     * @throws java.util.concurrent.CancellationException if the caller is interrupted
     */
    public static float[] scores(FloatMatrix left, FloatMatrix right, int threads) {
        return scores(left, right, threads, VectorKernels.current());
    }

    static float[] scores(FloatMatrix left, FloatMatrix right, int threads, VectorKernel kernel) {
        if (left.columns() != right.columns()) {
            throw new IllegalArgumentException("Rows of " + left.columns() + " and of " + right.columns()
                    + " dimensions: both matrices must have the same");
        }
        int m = left.rows();
        int n = right.rows();
        if ((long) m * n > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    m + " x " + n + " scores exceed one array: multiply fewer rows at once, or use ExactSearch");
        }
        float[] product = new float[m * n];
        int width = kernel.panelWidth();
        int group = Panels.rowsWithin(PANEL_BYTES, right.columns(), width);
        // short products are cut finer, so that every thread has a share
        int share = (int) Math.min(group, ((long) n + threads - 1) / Math.max(1, threads));
        int step = Math.max(1, (share + width - 1) / width) * width;
        int units = m == 0 ? 0 : (int) (((long) n + step - 1) / step);
        ParallelUnits.run(units, threads, unit -> {
            int first = unit * step;
            Panels panels = Panels.pack(right, first, Math.min(step, n - first), width);
            multiply(left, panels, kernel, product, first, n);
        });
        return product;
    }

    private static void multiply(FloatMatrix left, Panels panels, VectorKernel kernel, float[] product, int first, int n) {
        float[] block = new float[BLOCK_ROWS * panels.width];
        int rows;
        for (int row = 0; row < left.rows(); row += rows) {
            rows = left.contiguousRows(row, BLOCK_ROWS);
            for (int panel = 0; panel < panels.count; panel++) {
                kernel.multiplyPanel(
                        left.chunk(row), left.offset(row), rows, left.columns(), panels.data, panels.offset(panel), block);
                int column = first + panel * panels.width;
                int used = Math.min(panels.width, n - column);
                for (int i = 0; i < rows; i++) {
                    System.arraycopy(block, i * panels.width, product, (row + i) * n + column, used);
                }
            }
        }
    }
}
