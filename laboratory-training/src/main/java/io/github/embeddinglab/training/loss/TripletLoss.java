package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.training.Tensor;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * An anchor is nearer to its positive than to its negative, by a margin.
 *
 * <p>Inputs: three columns, anchors, positives and negatives; no labels.
 *
 * <p>Formula: the mean of {@code max(D(a, p) - D(a, n) + margin, 0)}.
 *
 * <p>Use it for given triplets with few in-batch negatives. {@link MultipleNegativesLoss} takes the same columns, uses all
 * other rows as negatives too and mostly learns more; {@link BatchTripletLoss} makes triplets of labelled texts.
 *
 * <p>Source: Schroff, Kalenichenko and Philbin 2015, FaceNet.
 *
 * @param distance how far two embeddings are
 * @param margin by how much; in the units of the distance
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record TripletLoss(Distance distance, double margin) implements Loss {
    @Override
    public boolean meanOfRows() {
        return true;
    }

    @Override
    public Tensor of(LossBatch batch) {
        batch.expect("TripletLoss", 3, 3);
        Tensor near = distance.between(batch.column(0), batch.column(1));
        Tensor far = distance.between(batch.column(0), batch.column(2));
        return near.subtract(far).add(margin).relu().mean();
    }
}
