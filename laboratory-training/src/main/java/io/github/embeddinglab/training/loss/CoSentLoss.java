package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.training.Tensor;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Pairs with a higher score have a higher cosine.
 *
 * <p>Inputs: two columns; labels (n), scores of any scale, only their order counts.
 *
 * <p>Formula, with s the cosine times {@code scale}:
 * {@code ln(1 + sum over pairs i, j with score_i < score_j of exp(s_i - s_j))}.
 *
 * <p>The first choice for graded pairs. {@link CosineSimilarityLoss} also fixes the values; {@link AngleLoss} is the same with
 * another similarity, meant for cosines near 1 and -1.
 *
 * <p>Source: Su 2022, CoSENT.
 *
 * @param scale inverse temperature; 20 is usual
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record CoSentLoss(double scale) implements Loss {
    @Override
    public Tensor of(LossBatch batch) {
        double[] scores = batch.expect("CoSentLoss", 2, 2).scores("CoSentLoss", "scores");
        return PairOrder.loss(Similarities.cosine(batch.column(0), batch.column(1)).multiply(scale), scores);
    }
}
