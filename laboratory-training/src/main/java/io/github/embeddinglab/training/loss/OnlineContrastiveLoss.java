package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.training.Tensor;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * {@link ContrastiveLoss} on the hard pairs of the batch alone: positives farther than the nearest negative, negatives nearer
 * than the farthest positive.
 *
 * <p>Inputs: two columns; labels (n), 1 for pairs that belong together, 0 for others. With one pair of a kind the mean
 * distance of the other kind's pairs is the bound, as in the reference.
 *
 * <p>Formula: the sum of {@code D^2} over hard positives and of {@code max(margin - D, 0)^2} over hard negatives. A sum: its
 * size grows with the batch.
 *
 * <p>Use it in place of {@link ContrastiveLoss} with batches that hold both kinds; of a batch of one kind those pairs alone
 * teach that are worse than the mean.
 *
 * <p>Source: sentence-transformers (Reimers and Gurevych 2019), after Hadsell, Chopra and LeCun 2006.
 *
 * @param distance how far two embeddings are
 * @param margin distance beyond which a negative pair costs nothing; 0.5 is usual for cosine
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record OnlineContrastiveLoss(Distance distance, double margin) implements Loss {
    private static final String NAME = "OnlineContrastiveLoss";

    @Override
    public Tensor of(LossBatch batch) {
        boolean[] together = batch.expect(NAME, 2, 2).binary(NAME);
        Tensor d = distance.between(batch.column(0), batch.column(1));
        double[] host = d.values();
        double[] positives = pick(host, i -> together[i]);
        double[] negatives = pick(host, i -> !together[i]);
        // comparisons with NaN are false: one pair alone selects nothing
        double farthest = positives.length > 1 ? Arrays.stream(positives).max().orElse(Double.NaN) : Arrays.stream(negatives).average().orElse(Double.NaN);
        double nearest = negatives.length > 1 ? Arrays.stream(negatives).min().orElse(Double.NaN) : Arrays.stream(positives).average().orElse(Double.NaN);
        Tensor near = d.multiply(weights(d, i -> together[i] && host[i] > nearest));
        Tensor far = d.negate().add(margin).relu().multiply(weights(d, i -> !together[i] && host[i] < farthest));
        return near.pow(2).sum().add(far.pow(2).sum());
    }

    private static double[] pick(double[] values, IntPredicate which) {
        return IntStream.range(0, values.length).filter(which).mapToDouble(i -> values[i]).toArray();
    }

    private static Tensor weights(Tensor like, IntPredicate which) {
        int n = like.size(0);
        return like.constant(IntStream.range(0, n).mapToDouble(i -> which.test(i) ? 1 : 0).toArray(), n);
    }
}
