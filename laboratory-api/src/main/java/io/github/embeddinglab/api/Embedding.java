package io.github.embeddinglab.api;

import java.util.Arrays;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** One text's vector. Immutable. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Embedding {
    private final float[] vector;
    private final TokenUse use;
    private final Fingerprint fingerprint;

    /**
     * Makes an embedding; the array is copied.
     *
     * @param vector d finite numbers
     * @param use tokens of the text
     * @param fingerprint of the model
     */
    public Embedding(float[] vector, TokenUse use, Fingerprint fingerprint) {
        this.vector = vector.clone();
        this.use = use;
        this.fingerprint = fingerprint;
    }

    /**
     * The vector.
     *
     * @return a copy of length d
     */
    public float[] vector() {
        return vector.clone();
    }

    /**
     * Length of the vector.
     *
     * @return d
     */
    public int dimensions() {
        return vector.length;
    }

    /**
     * Tokens that the model saw, special tokens and prompt included.
     *
     * @return at least 1
     */
    public int tokens() {
        return use.used();
    }

    /**
     * Tokens that did not fit.
     *
     * @return 0 where the whole text was used
     */
    public int dropped() {
        return use.dropped();
    }

    /**
     * The model's fingerprint.
     *
     * @return as of the model that made it
     */
    public Fingerprint fingerprint() {
        return fingerprint;
    }

    /**
     * Cosine of the angle to another vector.
     *
     * @param other of the same model
     * @return -1 to 1
     * @throws FingerprintMismatchException when the other comes from another model
     * @throws InvalidInputException when the other has another number of dimensions
     */
    public double cosine(Embedding other) {
        if (!fingerprint.equals(other.fingerprint)) {
            throw new FingerprintMismatchException("cosine of vectors of two models (" + fingerprint.abbreviated() + " and "
                    + other.fingerprint.abbreviated() + ") means nothing; embed both texts with one model");
        }
        if (vector.length != other.vector.length) {
            throw new InvalidInputException("cosine of vectors of " + vector.length + " and " + other.vector.length
                    + " dimensions means nothing; embed both texts with the same dimensions");
        }
        double dot = 0;
        double a = 0;
        double b = 0;
        for (int i = 0; i < vector.length; i++) {
            dot += (double) vector[i] * other.vector[i];
            a += (double) vector[i] * vector[i];
            b += (double) other.vector[i] * other.vector[i];
        }
        return dot / Math.sqrt(a * b);
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Embedding other
                && fingerprint.equals(other.fingerprint)
                && use.equals(other.use)
                && Arrays.equals(vector, other.vector);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(vector);
    }

    @Override
    public String toString() {
        return "Embedding[" + vector.length + " dimensions, " + use.used() + " tokens"
                + (use.dropped() > 0 ? ", " + use.dropped() + " dropped" : "") + "]";
    }
}
