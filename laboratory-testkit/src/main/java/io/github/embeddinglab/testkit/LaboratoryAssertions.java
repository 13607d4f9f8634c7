package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.Embedding;
import io.github.embeddinglab.api.Embeddings;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.assertj.core.api.Assertions;
import org.assertj.core.data.Offset;

/**
 * AssertJ checks of vectors that read like sentences.
 *
 * <pre>{@code
 * assertThat(embeddings).hasRows(3).hasDimensions(384).isNormalised().hasNoTruncation();
 * assertThat(embeddings).row(0).isCloserTo(1).than(2);
 * assertThat(embeddings).isCloseTo(reference, within(1e-5));
 * assertThat(embedding).isSimilarTo(other).withCosineAtLeast(.9);
 * }</pre>
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class LaboratoryAssertions {
    private LaboratoryAssertions() {}

    /**
     * Checks a matrix.
     *
     * @param actual the matrix
     * @return its checks
     */
    public static EmbeddingsAssert assertThat(Embeddings actual) {
        return new EmbeddingsAssert(actual);
    }

    /**
     * Checks a vector.
     *
     * @param actual the vector
     * @return its checks
     */
    public static EmbeddingAssert assertThat(Embedding actual) {
        return new EmbeddingAssert(actual);
    }

    /**
     * A distance.
     *
     * @param distance at least 0
     * @return the distance as AssertJ takes it
     */
    public static Offset<Double> within(double distance) {
        return Assertions.within(distance);
    }
}
