package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.Tensor;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * {@link CoSentLoss} with the difference of angles in complex space in place of the cosine, whose derivative vanishes where
 * vectors are nearly parallel.
 *
 * <p>Inputs: two columns of even width; labels (n), scores of any scale, only their order counts.
 *
 * <p>Formula: the first half of a vector is read as real, the second as imaginary parts; the similarity is
 * {@code |sum of real and imaginary parts of (a / b) |b| / |a||}, and the ranking is CoSENT's.
 *
 * <p>Use it for graded pairs, in trial against {@link CoSentLoss}.
 *
 * <p>Source: Li and Li 2023, AnglE-optimized Text Embeddings.
 *
 * @param scale inverse temperature; 20 is usual
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record AngleLoss(double scale) implements Loss {
    @Override
    public Tensor of(LossBatch batch) {
        double[] scores = batch.expect("AngleLoss", 2, 2).scores("AngleLoss", "scores");
        int width = batch.column(0).size(1);
        if (width % 2 != 0) {
            throw new InvalidInputException("AngleLoss splits vectors into halves, which " + width
                    + " dimensions do not have; choose CoSentLoss");
        }
        Tensor similarity = similarity(batch.column(0), batch.column(1), width / 2);
        return PairOrder.loss(similarity.multiply(scale), scores);
    }

    private static Tensor similarity(Tensor x, Tensor y, int half) {
        Tensor a = x.narrow(1, 0, half);
        Tensor b = x.narrow(1, half, half);
        Tensor c = y.narrow(1, 0, half);
        Tensor d = y.narrow(1, half, half);
        Tensor squares = y.multiply(y).sum(1);
        Tensor ratio = x.multiply(x).sum(1).sqrt().divide(squares.sqrt());
        Tensor real = a.multiply(c).add(b.multiply(d)).divide(squares);
        Tensor imaginary = b.multiply(c).subtract(a.multiply(d)).divide(squares);
        return real.concat(List.of(imaginary), 1).divide(ratio).sum(1).reshape(x.size(0)).abs();
    }
}
