package io.github.embeddinglab.training.adapter;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.vectors.FloatMatrix;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A linear map {@code y = x + D x} of d-dimensional vectors, where D is a d x d matrix, or {@code up * down} of rank r (d x r
 * times r x d; Hu et al. 2022). Immutable. With D = 0 it is the identity.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class VectorMap {
    private final int dimensions;
    private final int rank;
    private final float[] up;
    private final float[] down;

    private VectorMap(int dimensions, int rank, float[] up, float[] down) {
        this.dimensions = dimensions;
        this.rank = rank;
        this.up = up;
        this.down = down;
    }

    /**
     * A full map.
     *
     * @param dimensions d, at least 1
     * @param delta D, d x d, row-major, finite
     * @return the map
     * @throws InvalidInputException when sizes do not fit or a value is not finite
     */
    public static VectorMap full(int dimensions, float[] delta) {
        require("D", delta, dimensions, dimensions);
        return new VectorMap(dimensions, 0, new float[0], delta.clone());
    }

    /**
     * A map of low rank.
     *
     * @param dimensions d, at least 1
     * @param rank r, from 1 to d
     * @param up d x r, row-major, finite
     * @param down r x d, row-major, finite
     * @return the map
     * @throws InvalidInputException when sizes do not fit or a value is not finite
     */
    public static VectorMap lowRank(int dimensions, int rank, float[] up, float[] down) {
        if (rank < 1 || rank > dimensions) {
            throw new InvalidInputException(
                    "the rank is " + rank + " for vectors of " + dimensions + " dimensions; give a rank from 1 to " + dimensions);
        }
        require("up", up, dimensions, rank);
        require("down", down, rank, dimensions);
        return new VectorMap(dimensions, rank, up.clone(), down.clone());
    }

    /**
     * The identity with room to learn: D = 0, or up = 0 and a random down.
     *
     * @param dimensions d
     * @param rank r; 0 for a full map
     * @param random draws down, uniform with variance 1 / d
     * @return the map
     */
    static VectorMap identity(int dimensions, int rank, SplittableRandom random) {
        if (rank == 0) {
            return full(dimensions, new float[Math.multiplyExact(dimensions, dimensions)]);
        }
        float[] down = new float[Math.multiplyExact(rank, dimensions)];
        double bound = Math.sqrt(3.0 / dimensions);
        for (int i = 0; i < down.length; i++) {
            down[i] = (float) ((2 * random.nextDouble() - 1) * bound);
        }
        return lowRank(dimensions, rank, new float[Math.multiplyExact(dimensions, rank)], down);
    }

    private static void require(String name, float[] values, int rows, int columns) {
        if (rows < 1 || values.length != (long) rows * columns) {
            throw new InvalidInputException("the adapter's " + name + " has " + values.length + " values; give " + rows + " x "
                    + columns);
        }
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new InvalidInputException(
                        "the adapter's " + name + " holds " + value + "; all values must be finite: train with a lower learning rate");
            }
        }
    }

    /**
     * Width of the vectors.
     *
     * @return d
     */
    public int dimensions() {
        return dimensions;
    }

    /**
     * Rank of D.
     *
     * @return r; 0 for a full map
     */
    public int rank() {
        return rank;
    }

    /** d x r; empty for a full map. Not copied: within this package nobody writes to it. */
    float[] up() {
        return up;
    }

    /** r x d, or D of a full map. */
    float[] down() {
        return down;
    }

    /**
     * A part of the way from the identity to this map.
     *
     * @param share of D, 0 gives the identity
     * @return the map with D times the share
     */
    public VectorMap scaled(double share) {
        float[] source = rank == 0 ? down : up;
        float[] part = new float[source.length];
        for (int i = 0; i < part.length; i++) {
            part[i] = (float) (share * source[i]);
        }
        return rank == 0 ? full(dimensions, part) : lowRank(dimensions, rank, part, down);
    }

    /**
     * The whole matrix, identity plus D.
     *
     * @return d x d, row-major: rows are outputs, as in a Dense module
     */
    public float[] matrix() {
        float[] all = rank == 0
                ? down.clone()
                : Matrices.values(Matrices.times(
                        FloatMatrix.of(up, dimensions, rank), FloatMatrix.of(down, rank, dimensions), 1));
        for (int i = 0; i < dimensions; i++) {
            all[i * dimensions + i] += 1;
        }
        return all;
    }

    /**
     * Maps rows. O(n d d), or O(n d r).
     *
     * @param vectors n x d
     * @param threads that work, the caller included
     * @return n x d, of any length
     */
    public FloatMatrix apply(FloatMatrix vectors, int threads) {
        if (vectors.columns() != dimensions) {
            throw new InvalidInputException("the adapter maps vectors of " + dimensions + " dimensions, these have "
                    + vectors.columns() + "; use it with the model that it was trained on");
        }
        FloatMatrix change = rank == 0
                ? Matrices.timesTransposed(vectors, FloatMatrix.of(down, dimensions, dimensions), threads)
                : Matrices.timesTransposed(
                        Matrices.timesTransposed(vectors, FloatMatrix.of(down, rank, dimensions), threads),
                        FloatMatrix.of(up, dimensions, rank),
                        threads);
        float[] out = Matrices.values(change);
        for (int row = 0; row < vectors.rows(); row++) {
            float[] before = vectors.row(row);
            for (int i = 0; i < dimensions; i++) {
                out[row * dimensions + i] += before[i];
            }
        }
        return FloatMatrix.of(out, vectors.rows(), dimensions);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VectorMap map
                && dimensions == map.dimensions
                && rank == map.rank
                && Arrays.equals(up, map.up)
                && Arrays.equals(down, map.down);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(up) + Arrays.hashCode(down);
    }

    @Override
    public String toString() {
        return "map of " + dimensions + " dimensions, " + (rank == 0 ? "full" : "rank " + rank);
    }
}
