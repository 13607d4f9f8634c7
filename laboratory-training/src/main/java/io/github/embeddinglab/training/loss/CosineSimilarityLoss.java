package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.training.Tensor;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * The cosine of a pair is its score.
 *
 * <p>Inputs: two columns; labels (n), scores from -1 to 1, mostly 0 to 1.
 *
 * <p>Formula: the mean of {@code (cos(a, b) - score)^2}.
 *
 * <p>Use it where the value of the cosine matters, such as a fixed threshold. Where only the order matters {@link CoSentLoss}
 * and {@link AngleLoss} give better rank correlations from the same data; for scores of 0 and 1 see {@link ContrastiveLoss}.
 *
 * <p>Source: Reimers and Gurevych 2019, Sentence-BERT.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record CosineSimilarityLoss() implements Loss {
    @Override
    public boolean meanOfRows() {
        return true;
    }

    @Override
    public Tensor of(LossBatch batch) {
        batch.expect("CosineSimilarityLoss", 2, 2).scores("CosineSimilarityLoss", "scores");
        Tensor cosines = Similarities.cosine(batch.column(0), batch.column(1));
        return cosines.subtract(batch.labels("CosineSimilarityLoss", "scores")).pow(2).mean();
    }
}
