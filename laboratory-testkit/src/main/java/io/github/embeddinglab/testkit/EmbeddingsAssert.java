package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.Embeddings;
import java.util.Arrays;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.data.Offset;

/** Checks of a matrix of vectors. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class EmbeddingsAssert extends AbstractAssert<EmbeddingsAssert, Embeddings> {
    private static final double UNIT = 1e-4;

    EmbeddingsAssert(Embeddings actual) {
        super(actual, EmbeddingsAssert.class);
    }

    private Embeddings rows() {
        isNotNull();
        return actual;
    }

    /**
     * Checks the number of rows.
     *
     * @param rows expected n
     * @return this
     */
    public EmbeddingsAssert hasRows(int rows) {
        if (rows().rows() != rows) {
            throw failure("expected %d rows, there are %d", rows, rows().rows());
        }
        return this;
    }

    /**
     * Checks the number of columns.
     *
     * @param dimensions expected d
     * @return this
     */
    public EmbeddingsAssert hasDimensions(int dimensions) {
        if (rows().dimensions() != dimensions) {
            throw failure("expected %d dimensions, there are %d", dimensions, rows().dimensions());
        }
        return this;
    }

    /**
     * Checks that every number is finite.
     *
     * @return this
     */
    public EmbeddingsAssert isFinite() {
        for (int row = 0; row < rows().rows(); row++) {
            for (int column = 0; column < rows().dimensions(); column++) {
                if (!Float.isFinite(rows().value(row, column))) {
                    throw failure("row %d column %d holds %s", row, column, rows().value(row, column));
                }
            }
        }
        return this;
    }

    /**
     * Checks that every row has length 1, within 1e-4.
     *
     * @return this
     */
    public EmbeddingsAssert isNormalised() {
        for (int row = 0; row < rows().rows(); row++) {
            double norm = EmbedderExpectations.norm(rows().vector(row));
            if (!(Math.abs(norm - 1) <= UNIT)) {
                throw failure("expected rows of length 1, row %d has length %s", row, norm);
            }
        }
        return this;
    }

    /**
     * Checks that no text was cut.
     *
     * @return this
     */
    public EmbeddingsAssert hasNoTruncation() {
        if (!rows().truncated().isEmpty()) {
            throw failure("expected whole texts, cut were %s", rows().truncated());
        }
        return this;
    }

    /**
     * Checks that exactly these texts were cut.
     *
     * @param expected rows in order
     * @return this
     */
    public EmbeddingsAssert hasTruncatedRows(int... expected) {
        int[] cut = rows().truncated().stream()
                .mapToInt(Embeddings.Truncation::index)
                .toArray();
        if (!Arrays.equals(cut, expected)) {
            throw failure(
                    "expected the rows %s to be cut, cut were %s",
                    Arrays.toString(expected),
                    rows().truncated());
        }
        return this;
    }

    /**
     * Checks each row against the row of the same number; fingerprints are not looked at.
     *
     * @param other matrix of the same shape
     * @param distance largest 1 - cosine
     * @return this
     */
    public EmbeddingsAssert isCloseTo(Embeddings other, Offset<Double> distance) {
        hasRows(other.rows());
        hasDimensions(other.dimensions());
        for (int row = 0; row < other.rows(); row++) {
            double cosine = EmbedderExpectations.cosine(rows().vector(row), other.vector(row));
            if (!(1 - cosine <= distance.value)) {
                throw failure("expected rows within a cosine distance of %s, row %d has cosine %s", distance.value, row, cosine);
            }
        }
        return this;
    }

    /**
     * Looks at one row.
     *
     * @param row 0 to n - 1
     * @return its checks
     */
    public Row row(int row) {
        requireRow(row);
        return new Row(row);
    }

    private void requireRow(int row) {
        if (row < 0 || row >= rows().rows()) {
            throw failure("expected a row %d, there are %d rows", row, rows().rows());
        }
    }

    private double cosine(int a, int b) {
        return EmbedderExpectations.cosine(rows().vector(a), rows().vector(b));
    }

    /** Checks of one row against others of its matrix. */
    public final class Row {
        private final int row;

        private Row(int row) {
            this.row = row;
        }

        /**
         * Begins a comparison.
         *
         * @param near the row that must be nearer
         * @return to be ended with {@link Comparison#than}
         */
        public Comparison isCloserTo(int near) {
            requireRow(near);
            return new Comparison(row, near);
        }
    }

    /** The first half of a comparison. */
    public final class Comparison {
        private final int row;
        private final int near;

        private Comparison(int row, int near) {
            this.row = row;
            this.near = near;
        }

        /**
         * Ends the comparison.
         *
         * @param far the row that must be farther
         * @return the checks of the matrix
         */
        public EmbeddingsAssert than(int far) {
            requireRow(far);
            double one = cosine(row, near);
            double other = cosine(row, far);
            if (!(one > other)) {
                throw failure(
                        "expected row %d closer to row %d (cosine %s) than to row %d (cosine %s)", row, near, one, far, other);
            }
            return EmbeddingsAssert.this;
        }
    }
}
