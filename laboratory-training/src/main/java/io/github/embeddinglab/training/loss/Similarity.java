package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.training.Tensor;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** How near two embeddings are, where a loss compares scores with those of a teacher. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public enum Similarity {
    /** Products of the vectors as they are, without bounds: for margins of a scale of their own, as a cross-encoder's. */
    DOT,
    /** From -1 to 1 whatever the lengths: for a teacher's cosines. The same as DOT where a model ends with Normalize. */
    COSINE;

    /** Of each row of (n x d) with the same row of the other: (n). */
    Tensor of(Tensor a, Tensor b) {
        return this == DOT ? Similarities.dot(a, b) : Similarities.cosine(a, b);
    }
}
