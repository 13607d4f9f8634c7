package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.training.Tensor;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Each anchor finds its own positive among the positives of all rows and all given negatives; also called InfoNCE, NT-Xent or
 * multiple negatives ranking.
 *
 * <p>Inputs: two or more columns, anchors, positives and any number of hard negatives; no labels. Two rows of a batch must not
 * share a positive.
 *
 * <p>Formula, with s the cosine times {@code scale}: the mean over anchors i of
 * {@code -ln(exp s(a_i, p_i) / sum over all candidates c of exp s(a_i, c))}.
 *
 * <p>The first choice for search and for pairs without scores; bigger batches make it harder and better.
 * {@link SymmetricMultipleNegativesLoss} also asks from positives to anchors; {@link MatryoshkaLoss} around it keeps shorter
 * vectors useful.
 *
 * <p>Source: Henderson et al. 2017, Efficient Natural Language Response Suggestion; van den Oord, Li and Vinyals 2018.
 *
 * @param scale inverse temperature; 20 is usual with cosine
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record MultipleNegativesLoss(double scale) implements Loss {
    @Override
    public Tensor of(LossBatch batch) {
        batch.expect("MultipleNegativesLoss", 2, Integer.MAX_VALUE);
        return Similarities.crossEntropyOfDiagonal(scores(batch, scale));
    }

    /** Scaled cosines of anchors with all candidates, own positives on the diagonal: (n x n (columns - 1)). */
    static Tensor scores(LossBatch batch, double scale) {
        Tensor candidates = batch.columns().size() == 2
                ? batch.column(1)
                : batch.column(1).concat(batch.columns().subList(2, batch.columns().size()), 0);
        return Similarities.cosines(batch.column(0), candidates).multiply(scale);
    }
}
