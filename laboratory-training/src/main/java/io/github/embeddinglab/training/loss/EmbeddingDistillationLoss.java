package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.Tensor;
import java.util.Arrays;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Embeddings are near a teacher's, whose width may be another.
 *
 * <p>Inputs: one or more columns; labels (n x columns w), the teacher's vectors of all columns of a row behind each other, each of
 * width w.
 *
 * <p>Formula: the mean over columns and rows of the distance of {@code P x + b} from the teacher's vector, P and b being trained with
 * the model and thrown away with the loss; without P the widths are equal.
 *
 * <p>Use it to make a smaller model of a wider teacher. {@link MseLoss} is the form for equal widths and for texts that shall share
 * one vector, as translations do; {@link DistillationLoss} and {@link MarginMseLoss} copy scores instead of vectors.
 *
 * <p>Source: Kim et al. 2023, EmbedDistill: A Geometric Knowledge Distillation for Information Retrieval.
 *
 * @param metric how far two vectors are
 * @param projection P (w x d), a parameter; null for none
 * @param bias b (w), a parameter; null for none
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record EmbeddingDistillationLoss(Metric metric, @Nullable Tensor projection, @Nullable Tensor bias) implements Loss {

    /** How far two vectors are. */
    public enum Metric {
        /** 1 - cosine. */
        COSINE,
        /** L2 norm of the difference. */
        EUCLIDEAN,
        /** Mean square of the difference's elements. */
        MEAN_SQUARE
    }

    /** Added to a squared norm before the root, so that equal vectors have a derivative. */
    private static final double SMALLEST = 1e-24;

    @Override
    public List<Tensor> parameters() {
        Tensor matrix = projection;
        Tensor offset = bias;
        return matrix == null ? List.of() : offset == null ? List.of(matrix) : List.of(matrix, offset);
    }

    @Override
    public boolean meanOfRows() {
        return true;
    }

    @Override
    public Tensor of(LossBatch batch) {
        Tensor teacher = batch.labels("EmbeddingDistillationLoss", "a teacher's vectors");
        int columns = batch.columns().size();
        Tensor matrix = projection;
        int width = matrix == null ? batch.column(0).size(1) : matrix.size(0);
        if (!Arrays.equals(teacher.shape(), new int[] {batch.rows(), columns * width})) {
            throw new InvalidInputException("EmbeddingDistillationLoss got teacher's vectors of shape " + Arrays.toString(teacher.shape()) + " for "
                    + columns + " columns of width " + width + "; give them behind each other in a row, or a projection to their width");
        }
        Tensor total = batch.column(0).constant(new double[1]);
        for (int column = 0; column < columns; column++) {
            Tensor x = batch.column(column);
            total = total.add(distance(matrix == null ? x : x.linear(matrix, bias), teacher.narrow(1, column * width, width)));
        }
        return total.multiply(1.0 / columns);
    }

    private Tensor distance(Tensor x, Tensor teacher) {
        if (metric == Metric.COSINE) {
            return Similarities.cosine(x, teacher).mean().negate().add(1);
        }
        Tensor squares = x.subtract(teacher).pow(2);
        return metric == Metric.MEAN_SQUARE ? squares.mean() : squares.sum(1).add(SMALLEST).sqrt().mean();
    }
}
