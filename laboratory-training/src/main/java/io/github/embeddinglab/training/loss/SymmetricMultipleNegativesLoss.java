package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.training.Tensor;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * {@link MultipleNegativesLoss} in both directions: anchors find their positives, and positives their anchors; the form of
 * CLIP and SimCLR.
 *
 * <p>Inputs: two or more columns, anchors, positives and any number of hard negatives, which serve the first direction only;
 * no labels.
 *
 * <p>Formula: the mean of both directions' cross entropies.
 *
 * <p>Use it where both sides are searched, as in translation pairs or paraphrases; for questions and passages
 * {@link MultipleNegativesLoss} does as well at less cost.
 *
 * <p>Source: Radford et al. 2021, Learning Transferable Visual Models From Natural Language Supervision.
 *
 * @param scale inverse temperature; 20 is usual with cosine
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record SymmetricMultipleNegativesLoss(double scale) implements Loss {
    @Override
    public Tensor of(LossBatch batch) {
        batch.expect("SymmetricMultipleNegativesLoss", 2, Integer.MAX_VALUE);
        Tensor forward = MultipleNegativesLoss.scores(batch, scale);
        Tensor backward = forward.narrow(1, 0, batch.rows()).transpose(0, 1);
        return Similarities.crossEntropyOfDiagonal(forward).add(Similarities.crossEntropyOfDiagonal(backward)).multiply(0.5);
    }
}
