package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.Embedding;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.assertj.core.api.AbstractAssert;

/** Checks of one vector. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class EmbeddingAssert extends AbstractAssert<EmbeddingAssert, Embedding> {
    EmbeddingAssert(Embedding actual) {
        super(actual, EmbeddingAssert.class);
    }

    /**
     * Checks the width.
     *
     * @param dimensions expected d
     * @return this
     */
    public EmbeddingAssert hasDimensions(int dimensions) {
        isNotNull();
        if (actual.dimensions() != dimensions) {
            throw failure("expected %d dimensions, there are %d", dimensions, actual.dimensions());
        }
        return this;
    }

    /**
     * Begins a comparison with a vector of the same model.
     *
     * @param other the other vector
     * @return to be ended with a bound
     */
    public Similarity isSimilarTo(Embedding other) {
        isNotNull();
        return new Similarity(actual.cosine(other));
    }

    /** The cosine to another vector. */
    public final class Similarity {
        private final double cosine;

        private Similarity(double cosine) {
            this.cosine = cosine;
        }

        /**
         * Bounds it from below.
         *
         * @param least smallest cosine, -1 to 1
         * @return the checks of the vector
         */
        public EmbeddingAssert withCosineAtLeast(double least) {
            if (!(cosine >= least)) {
                throw failure("expected a cosine of at least %s, it is %s", least, cosine);
            }
            return EmbeddingAssert.this;
        }

        /**
         * Bounds it from above.
         *
         * @param most largest cosine, -1 to 1
         * @return the checks of the vector
         */
        public EmbeddingAssert withCosineAtMost(double most) {
            if (!(cosine <= most)) {
                throw failure("expected a cosine of at most %s, it is %s", most, cosine);
            }
            return EmbeddingAssert.this;
        }
    }
}
