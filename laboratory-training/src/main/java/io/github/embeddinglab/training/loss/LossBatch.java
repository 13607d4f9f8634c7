package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.Tensor;
import java.util.Arrays;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Embeddings of a batch, column by column: anchors, then what belongs to them.
 *
 * @param columns one or more tensors (n x d), row i of each belonging together
 * @param labels scores (n), classes (n), margins (n or n x k) or vectors (n x d); null where the data have none
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record LossBatch(List<Tensor> columns, @Nullable Tensor labels) {

    /** Checks that the columns fit each other and the labels. */
    public LossBatch {
        columns = List.copyOf(columns);
        if (columns.isEmpty()) {
            throw new InvalidInputException("a batch without columns; give at least the anchors' embeddings");
        }
        int[] first = columns.get(0).shape();
        for (Tensor column : columns) {
            if (first.length != 2 || !Arrays.equals(column.shape(), first)) {
                throw new InvalidInputException("a batch with columns of shapes " + Arrays.toString(first) + " and "
                        + Arrays.toString(column.shape()) + "; give embeddings (n x d) of equal shape");
            }
        }
        if (labels != null && (labels.shape().length == 0 || labels.size(0) != first[0])) {
            throw new InvalidInputException("labels of shape " + Arrays.toString(labels.shape()) + " for " + first[0]
                    + " rows; give one label a row");
        }
    }

    /**
     * Rows.
     *
     * @return n
     */
    public int rows() {
        return columns.get(0).size(0);
    }

    /**
     * One column.
     *
     * @param index from 0
     * @return embeddings (n x d)
     */
    public Tensor column(int index) {
        return columns.get(index);
    }

    /** Refuses another number of columns. */
    LossBatch expect(String loss, int least, int most) {
        if (columns.size() < least || columns.size() > most) {
            String wanted = least == most ? String.valueOf(least) : most == Integer.MAX_VALUE ? least + " or more" : least + " to " + most;
            throw new InvalidInputException(loss + " got " + columns.size() + " columns of texts, it reads " + wanted
                    + "; choose another loss, or map the columns of the data");
        }
        return this;
    }

    /** The labels, or a refusal. */
    Tensor labels(String loss, String what) {
        if (labels == null) {
            throw new InvalidInputException(loss + " needs " + what + " as labels, the data have none; give them, or choose another loss");
        }
        return labels;
    }

    /** Labels (n) on the host. */
    double[] scores(String loss, String what) {
        Tensor given = labels(loss, what);
        if (given.shape().length != 1) {
            throw new InvalidInputException(loss + " got labels of shape " + Arrays.toString(given.shape()) + ", it reads " + what
                    + "; give one number a row");
        }
        return given.values();
    }

    /** Labels (n) as classes. */
    int[] classes(String loss) {
        double[] scores = scores(loss, "classes");
        int[] out = new int[scores.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (int) scores[i];
            if (out[i] != scores[i]) {
                throw new InvalidInputException(loss + " got the label " + scores[i] + " in row " + i + ", it reads classes; give whole numbers");
            }
        }
        return out;
    }

    /** Labels (n) as yes and no. */
    boolean[] binary(String loss) {
        double[] scores = scores(loss, "0 or 1");
        boolean[] out = new boolean[scores.length];
        for (int i = 0; i < out.length; i++) {
            if (scores[i] != 0 && scores[i] != 1) {
                throw new InvalidInputException(loss + " got the label " + scores[i] + " in row " + i
                        + ", it reads 1 for texts that belong together and 0 for others; map the scores, or use CosineSimilarityLoss");
            }
            out[i] = scores[i] == 1;
        }
        return out;
    }
}
