package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.Tensor;
import java.util.stream.IntStream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Each anchor's nearest wrong positive in a large batch is its negative; both cosines are held beyond margins.
 *
 * <p>Inputs: two columns, anchors and positives; labels are not read. Two rows of a batch must not share a positive.
 *
 * <p>Formula, n being the other row's positive with the greatest cosine to the anchor: the mean of
 * {@code max(positiveMargin - cos(a, p), 0) + max(cos(a, n) - negativeMargin, 0)}.
 *
 * <p>Use it for paraphrases with batches of 500 or more. {@link MultipleNegativesLoss} uses all negatives and needs no such
 * batch.
 *
 * <p>Source: Wieting and Gimpel 2018, ParaNMT-50M.
 *
 * @param positiveMargin cosine above which a pair costs nothing; 0.8 is usual
 * @param negativeMargin cosine below which the negative costs nothing; 0.3 is usual
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record MegaBatchMarginLoss(double positiveMargin, double negativeMargin) implements Loss {
    @Override
    public Tensor of(LossBatch batch) {
        int n = batch.expect("MegaBatchMarginLoss", 2, 2).rows();
        Tensor anchors = batch.column(0);
        Tensor positives = batch.column(1);
        int[] hardest = hardest(Similarities.cosines(anchors.detach(), positives.detach()).values(), n);
        Tensor near = Similarities.cosine(anchors, positives).negate().add(positiveMargin).relu();
        Tensor far = Similarities.cosine(anchors, positives.rows(hardest)).add(-negativeMargin).relu();
        return near.add(far).mean();
    }

    private static int[] hardest(double[] cosines, int n) {
        if (n < 2) {
            throw new InvalidInputException("MegaBatchMarginLoss got a batch of one pair, which has no negative; make batches of two or more");
        }
        return IntStream.range(0, n)
                .map(i -> {
                    int best = i == 0 ? 1 : 0;
                    for (int j = best + 1; j < n; j++) {
                        if (j != i && cosines[i * n + j] > cosines[i * n + best]) {
                            best = j;
                        }
                    }
                    return best;
                })
                .toArray();
    }
}
