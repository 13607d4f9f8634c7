package io.github.embeddinglab.api;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * An immutable row-major n x d matrix of vectors, with the model's fingerprint and, for each text, the tokens used and
 * dropped.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Embeddings {
    private final float[] values;
    private final int rows;
    private final int dimensions;
    private final List<TokenUse> uses;
    private final Fingerprint fingerprint;

    private Embeddings(float[] values, int dimensions, List<TokenUse> uses, Fingerprint fingerprint) {
        this.values = values;
        this.dimensions = dimensions;
        this.rows = uses.size();
        this.uses = uses;
        this.fingerprint = fingerprint;
    }

    /**
     * Makes a matrix; the array is copied.
     *
     * @param values n x d numbers, row-major
     * @param dimensions d, at least 1
     * @param uses one for each row
     * @param fingerprint of the model
     * @return the matrix
     * @throws InvalidInputException when {@code values.length != uses.size() * dimensions}
     */
    public static Embeddings of(float[] values, int dimensions, List<TokenUse> uses, Fingerprint fingerprint) {
        return adopt(values.clone(), dimensions, uses, fingerprint);
    }

    /**
     * Makes a matrix from an array that the caller gives away and never touches again; spares a copy of the result.
     *
     * @param values n x d numbers, row-major
     * @param dimensions d, at least 1
     * @param uses one for each row
     * @param fingerprint of the model
     * @return the matrix
     * @throws InvalidInputException when {@code values.length != uses.size() * dimensions}
     */
    public static Embeddings adopt(float[] values, int dimensions, List<TokenUse> uses, Fingerprint fingerprint) {
        if (dimensions < 1 || (long) uses.size() * dimensions != values.length) {
            throw new InvalidInputException(
                    values.length + " numbers are not " + uses.size() + " rows of " + dimensions + " dimensions");
        }
        return new Embeddings(values, dimensions, List.copyOf(uses), fingerprint);
    }

    /**
     * Number of rows.
     *
     * @return n
     */
    public int rows() {
        return rows;
    }

    /**
     * Number of columns.
     *
     * @return d
     */
    public int dimensions() {
        return dimensions;
    }

    /**
     * One number.
     *
     * @param row 0 to n - 1
     * @param column 0 to d - 1
     * @return the number
     */
    public float value(int row, int column) {
        Objects.checkIndex(row, rows);
        Objects.checkIndex(column, dimensions);
        return values[row * dimensions + column];
    }

    /**
     * One row.
     *
     * @param row 0 to n - 1
     * @return a read-only view of d numbers
     */
    public FloatBuffer row(int row) {
        Objects.checkIndex(row, rows);
        return FloatBuffer.wrap(values, row * dimensions, dimensions).slice().asReadOnlyBuffer();
    }

    /**
     * Copies one row.
     *
     * @param row 0 to n - 1
     * @return d numbers
     */
    public float[] vector(int row) {
        Objects.checkIndex(row, rows);
        return Arrays.copyOfRange(values, row * dimensions, (row + 1) * dimensions);
    }

    /**
     * One row with its token counts.
     *
     * @param row 0 to n - 1
     * @return the embedding
     */
    public Embedding embedding(int row) {
        return new Embedding(vector(row), uses.get(row), fingerprint);
    }

    /**
     * All rows as embeddings.
     *
     * @return a view
     */
    public List<Embedding> asList() {
        return new Rows();
    }

    /**
     * The numbers, row-major.
     *
     * @return a copy of n x d numbers
     */
    public float[] toArray() {
        return values.clone();
    }

    float[] valuesWithoutCopy() {
        return values;
    }

    /**
     * The rows as arrays.
     *
     * @return n arrays of d numbers
     */
    public float[][] toArrays() {
        float[][] arrays = new float[rows][];
        for (int row = 0; row < rows; row++) {
            arrays[row] = vector(row);
        }
        return arrays;
    }

    /**
     * Copies rows into an array.
     *
     * @param row first row
     * @param count rows to copy
     * @param target takes {@code count * d} numbers
     * @param offset where to begin in {@code target}
     */
    public void copyRows(int row, int count, float[] target, int offset) {
        Objects.checkFromIndexSize(row, count, rows);
        System.arraycopy(values, row * dimensions, target, offset, count * dimensions);
    }

    /**
     * The model's fingerprint.
     *
     * @return as of the model that made it
     */
    public Fingerprint fingerprint() {
        return fingerprint;
    }

    /**
     * Tokens of one text.
     *
     * @param row 0 to n - 1
     * @return used and dropped
     */
    public TokenUse tokenUse(int row) {
        return uses.get(row);
    }

    /**
     * Tokens that the model saw, over all texts.
     *
     * @return the sum of {@link TokenUse#used()}
     */
    public long tokens() {
        return uses.stream().mapToLong(TokenUse::used).sum();
    }

    /**
     * The texts of which something was dropped.
     *
     * @return row, tokens of the whole text, tokens kept; in order of rows
     */
    public List<Truncation> truncated() {
        List<Truncation> list = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            TokenUse use = uses.get(row);
            if (use.dropped() > 0) {
                list.add(new Truncation(row, use.used() + use.dropped(), use.used()));
            }
        }
        return List.copyOf(list);
    }

    /**
     * A text that lost tokens.
     *
     * @param index row of the text
     * @param tokens of the whole text
     * @param kept of them
     */
    public record Truncation(int index, int tokens, int kept) {}

    /**
     * Cosine of the angle between two rows of this matrix.
     *
     * @param i 0 to n - 1
     * @param j 0 to n - 1
     * @return -1 to 1
     */
    public double cosine(int i, int j) {
        return embedding(i).cosine(embedding(j));
    }

    /**
     * Writes the matrix as a NumPy file (float32, C order), whole or not at all.
     *
     * @param file target; replaced where it exists
     * @throws LaboratoryException when it cannot be written
     */
    public void writeNpy(Path file) {
        Npy.write(file, values, rows, dimensions);
    }

    /**
     * Reads a matrix from a NumPy file (float32, C order).
     *
     * @param file the file
     * @param fingerprint of the model that made the vectors
     * @return the matrix; token counts are 0
     * @throws InvalidInputException when the file is not such a matrix
     */
    public static Embeddings readNpy(Path file, Fingerprint fingerprint) {
        Npy.Matrix matrix = Npy.read(file);
        TokenUse[] none = new TokenUse[matrix.rows()];
        Arrays.fill(none, TokenUse.whole(0));
        return adopt(matrix.values(), matrix.columns(), List.of(none), fingerprint);
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Embeddings other
                && dimensions == other.dimensions
                && fingerprint.equals(other.fingerprint)
                && uses.equals(other.uses)
                && Arrays.equals(values, other.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(values) + dimensions;
    }

    @Override
    public String toString() {
        return "Embeddings[" + rows + " x " + dimensions + ", model " + fingerprint.abbreviated() + "]";
    }

    private final class Rows extends AbstractList<Embedding> implements RandomAccess {
        @Override
        public Embedding get(int index) {
            return embedding(index);
        }

        @Override
        public int size() {
            return rows;
        }
    }
}
