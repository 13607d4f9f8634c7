package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.training.Mask;
import io.github.embeddinglab.training.Tensor;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** How far two embeddings are from each other. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public enum Distance {
    /** 1 - cos(a, b), from 0 to 2. */
    COSINE,
    /** L2 norm of a - b. */
    EUCLIDEAN,
    /** L1 norm of a - b. */
    MANHATTAN;

    /** Added to each difference, as the reference does, so that equal texts have a derivative. */
    private static final double SHIFT = 1e-6;

    /** Distance of each row of (n x d) to the same row of the other: (n). */
    Tensor between(Tensor a, Tensor b) {
        return switch (this) {
            case COSINE -> Similarities.cosine(a, b).negate().add(1);
            case EUCLIDEAN -> {
                Tensor difference = a.subtract(b).add(SHIFT);
                yield Similarities.dot(difference, difference).sqrt();
            }
            case MANHATTAN -> a.subtract(b).add(SHIFT).abs().sum(1).reshape(a.size(0));
        };
    }

    /** Distances of all rows to each other: (n x n). Where a Euclidean distance is 0, so is its derivative. */
    Tensor all(Tensor x) {
        int n = x.size(0);
        return switch (this) {
            case COSINE -> Similarities.cosines(x, x).negate().add(1);
            case EUCLIDEAN -> {
                Tensor products = x.matmul(x.transpose(0, 1));
                Tensor squares = x.multiply(x).sum(1);
                Tensor squared = squares.reshape(1, n).subtract(products.multiply(2)).add(squares);
                double[] host = squared.values();
                Mask zero = Mask.where(i -> host[i] <= 0 || i / n == i % n, n, n);
                yield squared.maskedFill(zero, 1).sqrt().maskedFill(zero, 0);
            }
            case MANHATTAN -> {
                int d = x.size(1);
                yield x.reshape(n, 1, d).subtract(x.reshape(1, n, d)).abs().sum(2).reshape(n, n);
            }
        };
    }
}
