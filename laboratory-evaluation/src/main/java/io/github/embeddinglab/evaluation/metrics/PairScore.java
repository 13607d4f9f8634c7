package io.github.embeddinglab.evaluation.metrics;

import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.InvalidInputException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Locale;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** How near two vectors are, in 64-bit arithmetic; distances are negated, so higher is nearer for all. O(d). */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public enum PairScore {
    /** Cosine of the angle; 0 where a vector is all zeros. */
    COSINE,
    /** Dot product. */
    DOT,
    /** Negated Euclidean distance. */
    EUCLIDEAN,
    /** Negated sum of absolute differences. */
    MANHATTAN;

    /** Some units in the last place of single precision, in which vectors come. */
    private static final double ROUNDING = 5e-7;

    /**
     * Scores two vectors.
     *
     * @param a d numbers
     * @param b d numbers
     * @return higher is nearer
     */
    public double of(FloatBuffer a, FloatBuffer b) {
        double sum = 0;
        double aa = 0;
        double bb = 0;
        int d = a.limit();
        for (int i = 0; i < d; i++) {
            double x = a.get(i);
            double y = b.get(i);
            switch (this) {
                case COSINE -> {
                    sum += x * y;
                    aa += x * x;
                    bb += y * y;
                }
                case DOT -> sum += x * y;
                case EUCLIDEAN -> sum += (x - y) * (x - y);
                case MANHATTAN -> sum += Math.abs(x - y);
            }
        }
        return switch (this) {
            case COSINE -> aa == 0 || bb == 0 ? 0 : sum / Math.sqrt(aa) / Math.sqrt(bb);
            case DOT -> sum;
            case EUCLIDEAN -> -Math.sqrt(sum);
            case MANHATTAN -> -sum;
        };
    }

    /**
     * Scores the rows of two matrices with the same number. Scores that all lie within 5e-7 of each other, relative to the
     * largest, become one: they differ by rounding only.
     *
     * @param a n x d
     * @param b n x d
     * @return n scores
     * @throws InvalidInputException when shapes differ or a score is not finite
     */
    public double[] ofRows(Embeddings a, Embeddings b) {
        if (a.rows() != b.rows() || a.dimensions() != b.dimensions()) {
            throw new InvalidInputException("matrices of " + a.rows() + " x " + a.dimensions() + " and " + b.rows() + " x "
                    + b.dimensions() + " have no pairs of rows; embed as many texts on both sides with one model");
        }
        double[] scores = new double[a.rows()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = of(a.row(i), b.row(i));
            if (!Double.isFinite(scores[i])) {
                throw new InvalidInputException("pair " + i + " has the " + this + " score " + scores[i]
                        + ": the model gave a vector with numbers that are not finite; check it with `lab models verify`");
            }
        }
        return settled(scores);
    }

    /** Scores that differ by rounding of single precision only are one score: their order says nothing. */
    private static double[] settled(double[] scores) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            least = Math.min(least, score);
            most = Math.max(most, score);
        }
        if (most - least <= ROUNDING * Math.max(Math.abs(least), Math.abs(most))) {
            Arrays.fill(scores, least);
        }
        return scores;
    }

    /** The name that scores begin with, as in {@code cosine_spearman}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
