package io.github.embeddinglab.training.engine;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.encoder.TokenBatch;
import java.util.Arrays;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * One loss batch: n rows of texts, column by column, with what is known about them.
 *
 * <p>Immutable; arrays are copied in and out.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class TrainingBatch {
    private final List<TokenBatch> columns;
    private final double[] labels;
    private final int[] labelShape;

    private TrainingBatch(List<TokenBatch> columns, double[] labels, int... labelShape) {
        this.columns = columns;
        this.labels = labels;
        this.labelShape = labelShape;
    }

    /**
     * A batch without labels.
     *
     * @param columns one or more, of equal rows
     * @return the batch
     */
    public static TrainingBatch of(List<TokenBatch> columns) {
        return of(columns, new double[0]);
    }

    /**
     * A batch with labels.
     *
     * @param columns one or more, of equal rows
     * @param labels row-major
     * @param labelShape extents, the first being the rows; none where there are no labels
     * @return the batch
     * @throws InvalidInputException when rows and labels do not fit each other
     */
    public static TrainingBatch of(List<TokenBatch> columns, double[] labels, int... labelShape) {
        if (columns.isEmpty() || columns.stream().anyMatch(column -> column.rows() != columns.get(0).rows())) {
            throw new InvalidInputException("a batch with columns of " + columns.stream().map(TokenBatch::rows).toList()
                    + " rows; give one column at least, and all with the same number of rows");
        }
        int elements = labelShape.length == 0 ? 0 : Arrays.stream(labelShape).reduce(1, Math::multiplyExact);
        if (elements != labels.length || (labelShape.length > 0 && labelShape[0] != columns.get(0).rows())) {
            throw new InvalidInputException(labels.length + " labels of shape " + Arrays.toString(labelShape) + " for "
                    + columns.get(0).rows() + " rows; give one label or one row of labels a row");
        }
        return new TrainingBatch(List.copyOf(columns), labels.clone(), labelShape.clone());
    }

    /**
     * Rows in succession, with their labels.
     *
     * @param first row, from 0
     * @param count rows, at least 1
     * @return the part, its columns padded to their own longest
     */
    public TrainingBatch part(int first, int count) {
        List<TokenBatch> cut = columns.stream().map(column -> column.part(first, count)).toList();
        if (labelShape.length == 0) {
            return new TrainingBatch(cut, labels);
        }
        int width = labels.length / rows();
        int[] shape = labelShape.clone();
        shape[0] = count;
        return new TrainingBatch(cut, Arrays.copyOfRange(labels, first * width, (first + count) * width), shape);
    }

    /**
     * The same labels beside other columns.
     *
     * @param others of as many rows
     * @return the batch
     */
    public TrainingBatch withColumns(List<TokenBatch> others) {
        return of(others, labels, labelShape);
    }

    /**
     * Texts.
     *
     * @return token sequences, column by column
     */
    public List<TokenBatch> columns() {
        return columns;
    }

    /**
     * Rows.
     *
     * @return n
     */
    public int rows() {
        return columns.get(0).rows();
    }

    /**
     * Longest sequence of all columns.
     *
     * @return tokens, at least 1
     */
    public int length() {
        return columns.stream().mapToInt(TokenBatch::length).max().orElse(1);
    }

    /**
     * Labels.
     *
     * @return a copy, row-major; empty where there are none
     */
    public double[] labels() {
        return labels.clone();
    }

    /**
     * Extents of the labels.
     *
     * @return a copy; empty where there are none
     */
    public int[] labelShape() {
        return labelShape.clone();
    }
}
