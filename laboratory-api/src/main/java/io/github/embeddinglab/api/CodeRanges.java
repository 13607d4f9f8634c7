package io.github.embeddinglab.api;

import java.nio.file.Path;
import java.util.Arrays;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * The smallest and largest value of each dimension, which int8 codes are measured by. Codes of documents and queries that are
 * to be compared need the same ranges. Immutable.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class CodeRanges {
    private final float[] low;
    private final float[] high;

    private CodeRanges(float[] low, float[] high) {
        this.low = low;
        this.high = high;
    }

    /**
     * Makes ranges; the arrays are copied.
     *
     * @param low d smallest values
     * @param high d largest values, each at least its low
     * @return the ranges
     * @throws InvalidInputException when the lengths differ or are 0, or a range is reversed or not finite
     */
    public static CodeRanges of(float[] low, float[] high) {
        if (low.length != high.length || low.length == 0) {
            throw new InvalidInputException("ranges have " + low.length + " low and " + high.length
                    + " high values; give one of each for a dimension");
        }
        for (int j = 0; j < low.length; j++) {
            if (!(low[j] <= high[j]) || !Float.isFinite(high[j] - low[j])) {
                throw new InvalidInputException("the range of dimension " + j + " is " + low[j] + " to " + high[j]
                        + "; both must be finite and low not above high");
            }
        }
        return new CodeRanges(low.clone(), high.clone());
    }

    /**
     * Reads what {@link #writeNpy} wrote, or what NumPy saved as {@code ranges} of sentence-transformers'
     * {@code quantize_embeddings}.
     *
     * @param file float32, 2 x d: the smallest values, then the largest
     * @return the ranges
     * @throws InvalidInputException when it is not such a file
     */
    public static CodeRanges readNpy(Path file) {
        Npy.Matrix matrix = Npy.read(file);
        if (matrix.rows() != 2) {
            throw new InvalidInputException(file + " has " + matrix.rows() + " rows; ranges have two: the smallest value of each"
                    + " dimension, then the largest");
        }
        try {
            return of(
                    Arrays.copyOf(matrix.values(), matrix.columns()),
                    Arrays.copyOfRange(matrix.values(), matrix.columns(), 2 * matrix.columns()));
        } catch (InvalidInputException e) {
            throw new InvalidInputException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * Writes float32, 2 x d, whole or not at all.
     *
     * @param file target; replaced where it exists
     */
    public void writeNpy(Path file) {
        float[] both = Arrays.copyOf(low, 2 * low.length);
        System.arraycopy(high, 0, both, low.length, high.length);
        Npy.write(file, both, 2, low.length);
    }

    /**
     * Number of dimensions.
     *
     * @return d
     */
    public int dimensions() {
        return low.length;
    }

    /**
     * The smallest values.
     *
     * @return a copy, d numbers
     */
    public float[] low() {
        return low.clone();
    }

    /**
     * The largest values.
     *
     * @return a copy, d numbers
     */
    public float[] high() {
        return high.clone();
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof CodeRanges other && Arrays.equals(low, other.low) && Arrays.equals(high, other.high);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(low) + Arrays.hashCode(high);
    }

    @Override
    public String toString() {
        return "CodeRanges[" + low.length + " dimensions]";
    }
}
