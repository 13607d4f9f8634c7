package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.Tensor;
import java.util.Arrays;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Embeddings are those of a teacher.
 *
 * <p>Inputs: one or more columns, each of which is to get the same vectors, as a text and its translation; labels (n x d), the
 * teacher's vectors.
 *
 * <p>Formula: the mean over all elements of {@code (x - teacher)^2}.
 *
 * <p>Use it to make a smaller or a multilingual copy of a model of the same width. {@link MarginMseLoss} and
 * {@link DistillationLoss} copy scores, and need no equal width.
 *
 * <p>Source: Reimers and Gurevych 2020, Making Monolingual Sentence Embeddings Multilingual using Knowledge Distillation.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record MseLoss() implements Loss {
    @Override
    public boolean meanOfRows() {
        return true;
    }

    @Override
    public Tensor of(LossBatch batch) {
        Tensor teacher = batch.labels("MseLoss", "a teacher's vectors");
        if (!Arrays.equals(teacher.shape(), batch.column(0).shape())) {
            throw new InvalidInputException("MseLoss got teacher's vectors of shape " + Arrays.toString(teacher.shape()) + " for embeddings of shape "
                    + Arrays.toString(batch.column(0).shape()) + "; choose a teacher of the same dimensions, or project its vectors");
        }
        Tensor rest = batch.column(0).concat(batch.columns().subList(1, batch.columns().size()), 0);
        int columns = batch.columns().size();
        Tensor targets = teacher.rows(java.util.stream.IntStream.range(0, columns * batch.rows()).map(i -> i % batch.rows()).toArray());
        return rest.subtract(targets).pow(2).mean();
    }
}
