package io.github.embeddinglab.vectors;

import java.util.Objects;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A view of {@code n x d} floats, row-major, in one array or, past two billion elements, in several.
 *
 * <p>The arrays are not copied: whoever hands them in must not write to them while the matrix is in use. n is 0..2^31-1, d at
 * least 1. Values may be anything, NaN and infinity included.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class FloatMatrix {
    private final float[][] chunks;
    private final int rowsPerChunk;
    private final int rows;
    private final int columns;

    private FloatMatrix(float[][] chunks, int rowsPerChunk, int rows, int columns) {
        this.chunks = chunks;
        this.rowsPerChunk = rowsPerChunk;
        this.rows = rows;
        this.columns = columns;
    }

    /**
     * Views one array.
     *
     * @param data at least {@code rows * columns} floats, row after row
     * @param rows n, 0 or more
     * @param columns d, 1 or more
     * @return the matrix
     * @throws IllegalArgumentException if the array is too short or a count is out of range
     */
    public static FloatMatrix of(float[] data, int rows, int columns) {
        checkShape(rows, columns);
        if ((long) rows * columns > data.length) {
            throw new IllegalArgumentException("A matrix of " + rows + " x " + columns + " floats wants " + (long) rows * columns
                    + ", the array holds " + data.length + ": hand in all rows");
        }
        return new FloatMatrix(new float[][] {data}, Math.max(1, rows), rows, columns);
    }

    /**
     * Copies rows from separate arrays.
     *
     * @param vectors n arrays of d floats, n at least 1
     * @return the matrix
     * @throws IllegalArgumentException if there is no row, the lengths differ, or n * d exceeds one array (use
     *     {@link #ofChunks})
     */
    public static FloatMatrix ofRows(float[][] vectors) {
        if (vectors.length == 0) {
            throw new IllegalArgumentException("No rows, so the number of dimensions is unknown: use FloatMatrix.of(array, 0, d)");
        }
        int columns = vectors[0].length;
        checkShape(vectors.length, columns);
        float[] data = newArray(vectors.length, columns);
        for (int i = 0; i < vectors.length; i++) {
            if (vectors[i].length != columns) {
                throw new IllegalArgumentException("Row " + i + " has " + vectors[i].length + " dimensions, row 0 has " + columns
                        + ": all rows must have the same");
            }
            System.arraycopy(vectors[i], 0, data, i * columns, columns);
        }
        return of(data, vectors.length, columns);
    }

    /**
     * Views several arrays, each with the same number of whole rows but the last, which may hold fewer.
     *
     * @param chunks the arrays; chunk c holds rows {@code c * rowsPerChunk} onwards
     * @param rowsPerChunk rows of each chunk, 1 or more
     * @param rows n over all chunks
     * @param columns d, 1 or more
     * @return the matrix
     * @throws IllegalArgumentException if a chunk is missing or too short
     */
    public static FloatMatrix ofChunks(float[][] chunks, int rowsPerChunk, int rows, int columns) {
        checkShape(rows, columns);
        if (rowsPerChunk < 1) {
            throw new IllegalArgumentException("rowsPerChunk is " + rowsPerChunk + ": it must be at least 1");
        }
        float[][] copy = chunks.clone();
        long left = rows;
        for (int c = 0; left > 0; c++, left -= rowsPerChunk) {
            long wanted = Math.min(left, rowsPerChunk) * columns;
            if (c >= copy.length || copy[c].length < wanted) {
                throw new IllegalArgumentException("Chunk " + c + " of a matrix of " + rows + " x " + columns + " holds "
                        + (c >= copy.length ? "nothing" : copy[c].length + " floats") + ", wanted " + wanted + ": hand in all rows");
            }
        }
        return new FloatMatrix(copy, rowsPerChunk, rows, columns);
    }

    /**
     * The number of rows.
     *
     * @return n
     */
    public int rows() {
        return rows;
    }

    /**
     * The number of columns, for embeddings the dimensions.
     *
     * @return d
     */
    public int columns() {
        return columns;
    }

    /**
     * One element.
     *
     * @param row 0..n-1
     * @param column 0..d-1
     * @return the value
     * @throws IndexOutOfBoundsException if outside
     */
    public float get(int row, int column) {
        Objects.checkIndex(row, rows);
        Objects.checkIndex(column, columns);
        return chunk(row)[offset(row) + column];
    }

    /**
     * A copy of one row.
     *
     * @param row 0..n-1
     * @return d floats
     * @throws IndexOutOfBoundsException if outside
     */
    public float[] row(int row) {
        Objects.checkIndex(row, rows);
        float[] copy = new float[columns];
        System.arraycopy(chunk(row), offset(row), copy, 0, columns);
        return copy;
    }

    /**
     * Keeps the first dimensions of each row (Matryoshka truncation); usually followed by {@link #normalized()}.
     *
     * @param dimensions how many to keep, 1..d
     * @return a new n x dimensions matrix with its own memory
     * @throws IllegalArgumentException if dimensions is out of range
     */
    public FloatMatrix truncated(int dimensions) {
        if (dimensions < 1 || dimensions > columns) {
            throw new IllegalArgumentException(
                    "Cannot keep " + dimensions + " of " + columns + " dimensions: choose 1 to " + columns);
        }
        return copy(dimensions);
    }

    /**
     * Scales each row to Euclidean length 1; a row of zeros stays as it is, a row with NaN or infinity becomes NaN in part.
     *
     * @return a new n x d matrix with its own memory
     */
    public FloatMatrix normalized() {
        FloatMatrix copy = copy(columns);
        VectorKernel kernel = VectorKernels.current();
        for (int i = 0; i < rows; i++) {
            float[] chunk = copy.chunk(i);
            int offset = copy.offset(i);
            double norm = kernel.preciseNorm(chunk, offset, columns);
            if (norm == 0) {
                continue;
            }
            for (int j = offset; j < offset + columns; j++) {
                chunk[j] = (float) (chunk[j] / norm);
            }
        }
        return copy;
    }

    /** The array that holds a row. */
    float[] chunk(int row) {
        return chunks[row / rowsPerChunk];
    }

    /** The place of a row in its array. */
    int offset(int row) {
        return row % rowsPerChunk * columns;
    }

    /** How many rows from this one on lie in the same array, at most limit. */
    int contiguousRows(int row, int limit) {
        return Math.min(Math.min(limit, rows - row), rowsPerChunk - row % rowsPerChunk);
    }

    /** Memory of n x d floats as few arrays of whole rows. */
    private FloatMatrix copy(int kept) {
        int chunkRows = Math.min(Math.max(1, rows), rowsPerChunk);
        int count = (int) (((long) rows + chunkRows - 1) / chunkRows);
        float[][] to = new float[count][];
        for (int c = 0; c < count; c++) {
            int first = c * chunkRows;
            int held = Math.min(chunkRows, rows - first);
            to[c] = newArray(held, kept);
            for (int i = 0; i < held; i++) {
                System.arraycopy(chunk(first + i), offset(first + i), to[c], i * kept, kept);
            }
        }
        return new FloatMatrix(to, chunkRows, rows, kept);
    }

    private static float[] newArray(int rows, int columns) {
        long size = (long) rows * columns;
        if (size > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(rows + " x " + columns + " floats exceed one array: use FloatMatrix.ofChunks");
        }
        return new float[(int) size];
    }

    private static void checkShape(int rows, int columns) {
        if (rows < 0 || columns < 1) {
            throw new IllegalArgumentException(
                    "A matrix of " + rows + " x " + columns + ": rows must be at least 0, columns at least 1");
        }
    }
}
