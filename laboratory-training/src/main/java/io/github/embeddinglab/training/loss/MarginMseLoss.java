package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.Tensor;
import java.util.Arrays;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * The gap between a query's scores for its positive and its negative is the teacher's gap.
 *
 * <p>Inputs: queries, positives and one or more negatives; labels (n), or (n x k) for k negatives: teacher's score of the
 * positive minus that of the negative.
 *
 * <p>Formula: the mean of {@code (s(q, p) - s(q, n) - margin)^2}, s being dot products in the paper.
 *
 * <p>Use it to learn from a cross-encoder, whose scores have another scale than dot products: only gaps are compared.
 * {@link DistillationLoss} compares shares instead; {@link MseLoss} copies a teacher's vectors.
 *
 * <p>Source: Hofstätter et al. 2020, Improving Efficient Neural Ranking Models with Cross-Architecture Knowledge Distillation.
 *
 * @param similarity of a query and a document
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record MarginMseLoss(Similarity similarity) implements Loss {
    /** With dot products, as in the paper. */
    public MarginMseLoss() {
        this(Similarity.DOT);
    }

    @Override
    public boolean meanOfRows() {
        return true;
    }

    @Override
    public Tensor of(LossBatch batch) {
        int negatives = batch.expect("MarginMseLoss", 3, Integer.MAX_VALUE).columns().size() - 2;
        Tensor margins = batch.labels("MarginMseLoss", "margins of a teacher");
        int[] shape = margins.shape();
        if (!Arrays.equals(shape, new int[] {batch.rows(), negatives}) && !(shape.length == 1 && negatives == 1)) {
            throw new InvalidInputException("MarginMseLoss got margins of shape " + Arrays.toString(shape) + " for " + batch.rows() + " rows with "
                    + negatives + " negatives; give one margin a negative");
        }
        Tensor query = batch.column(0);
        Tensor positive = similarity.of(query, batch.column(1));
        List<Tensor> gaps = batch.columns().subList(2, batch.columns().size()).stream()
                .map(negative -> positive.subtract(similarity.of(query, negative)))
                .toList();
        Tensor all = gaps.get(0).stack(gaps.subList(1, gaps.size()), 1);
        return all.subtract(margins.reshape(batch.rows(), negatives)).pow(2).mean();
    }
}
