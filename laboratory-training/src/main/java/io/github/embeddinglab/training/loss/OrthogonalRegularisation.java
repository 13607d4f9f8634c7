package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.Mask;
import io.github.embeddinglab.training.Tensor;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Another loss, and the wish that texts which do not belong together look unrelated: over the sphere, cosines of independent
 * directions have mean 0 and mean square 1 / d.
 *
 * <p>Inputs: those of the inner loss, with two rows at least.
 *
 * <p>Formula, with M1 the mean and M2 the mean square of the cosines of different rows of one column: the inner loss plus the mean
 * over columns of {@code meanWeight M1^2 + squareWeight max(M2 - 1 / d, 0)}.
 *
 * <p>Use it with {@link MultipleNegativesLoss} where vectors crowd into a cone, which makes cosines useless as thresholds and
 * compression lossy. {@link MultipleNegativesLoss} with a larger scale also spreads them; {@link MatryoshkaLoss} is for vectors that are cut.
 *
 * <p>Source: Zhang, Yu, Kumar and Chang 2017, Learning Spread-out Local Feature Descriptors (global orthogonal regularisation).
 *
 * @param inner the loss
 * @param meanWeight of the mean's square, at least 0; 1 is usual
 * @param squareWeight of the mean square's excess, at least 0; 1 is usual
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record OrthogonalRegularisation(Loss inner, double meanWeight, double squareWeight) implements Loss {
    /** Checks the weights. */
    public OrthogonalRegularisation {
        if (!(meanWeight >= 0 && squareWeight >= 0 && meanWeight + squareWeight > 0)) {
            throw new InvalidInputException("OrthogonalRegularisation with the weights " + meanWeight + " and " + squareWeight
                    + "; give numbers of at least 0, one of them above");
        }
    }

    @Override
    public List<Tensor> parameters() {
        return inner.parameters();
    }

    @Override
    public Tensor of(LossBatch batch) {
        int n = batch.rows();
        Mask self = Mask.where(at -> at / n == at % n, n, n);
        double pairs = Math.max(1, n * (n - 1.0));
        Tensor total = inner.of(batch);
        for (Tensor column : batch.columns()) {
            Tensor cosines = Similarities.cosines(column, column).maskedFill(self, 0);
            Tensor mean = cosines.sum().multiply(1 / pairs).pow(2).multiply(meanWeight);
            Tensor excess = cosines.pow(2).sum().multiply(1 / pairs).add(-1.0 / column.size(1)).relu().multiply(squareWeight);
            total = total.add(mean.add(excess).multiply(1.0 / batch.columns().size()));
        }
        return total;
    }
}
