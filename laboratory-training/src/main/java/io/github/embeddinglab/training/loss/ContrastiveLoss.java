package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.training.Tensor;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Pulls pairs that belong together to each other and pushes others apart until they are a margin away.
 *
 * <p>Inputs: two columns; labels (n), 1 for pairs that belong together, 0 for others.
 *
 * <p>Formula, with distance D and label y: the mean over pairs of {@code (y D^2 + (1 - y) max(margin - D, 0)^2) / 2}.
 *
 * <p>Use it for pairs judged yes or no, such as duplicates. {@link OnlineContrastiveLoss} drops the pairs that are right
 * already, and mostly learns more. With graded scores take {@link CoSentLoss}; with positive pairs alone
 * {@link MultipleNegativesLoss}.
 *
 * <p>Source: Hadsell, Chopra and LeCun 2006, Dimensionality Reduction by Learning an Invariant Mapping.
 *
 * @param distance how far two embeddings are
 * @param margin distance beyond which a negative pair costs nothing; 0.5 is usual for cosine
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record ContrastiveLoss(Distance distance, double margin) implements Loss {
    private static final String NAME = "ContrastiveLoss";

    @Override
    public boolean meanOfRows() {
        return true;
    }

    @Override
    public Tensor of(LossBatch batch) {
        batch.expect(NAME, 2, 2).binary(NAME);
        Tensor y = batch.labels(NAME, "0 or 1");
        Tensor d = distance.between(batch.column(0), batch.column(1));
        Tensor near = y.multiply(d.pow(2));
        Tensor far = y.negate().add(1).multiply(d.negate().add(margin).relu().pow(2));
        return near.add(far).mean().multiply(0.5);
    }
}
