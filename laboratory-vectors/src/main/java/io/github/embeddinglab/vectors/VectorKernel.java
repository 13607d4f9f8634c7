package io.github.embeddinglab.vectors;

import java.util.Objects;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Dot products and distances of vectors in heap arrays.
 *
 * <p>Two implementations exist, one on {@code jdk.incubator.vector} and one in plain Java; {@link VectorKernels} chooses. They
 * add in different orders, so float results agree within rounding (about {@code length * 2^-24} of the sum of absolute
 * products), integer results exactly. NaN and infinity follow IEEE arithmetic. All methods are O(length), allocate
 * nothing, keep no state and may be called from any thread.
 *
 * <p>The class cannot be extended outside its package.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public abstract class VectorKernel {
    /** Below this a sum of float squares has lost digits to subnormal numbers. */
    private static final float SMALLEST_SAFE_SQUARE = 1e-30f;

    VectorKernel() {}

    /**
     * The short name of this kernel.
     *
     * @return {@code vector-N}, N being the register width in bits, or {@code plain}
     */
    public abstract String name();

    /**
     * What computes, why, and what to do to get more; one line, fit for a log.
     *
     * @return one line of text
     */
    public abstract String description();

    /**
     * Whether vector registers are used through the Vector API.
     *
     * @return false for plain Java
     */
    public abstract boolean usesVectorApi();

    abstract float uncheckedDot(float[] a, int aOffset, float[] b, int bOffset, int length);

    abstract float uncheckedSquaredDistance(float[] a, int aOffset, float[] b, int bOffset, int length);

    /** Cosine from float sums, or NaN where the sums left the safe range. */
    abstract float uncheckedCosine(float[] a, int aOffset, float[] b, int bOffset, int length);

    abstract int uncheckedDot7Bit(byte[] a, int aOffset, byte[] b, int bOffset, int length);

    abstract int uncheckedDotInt8(byte[] a, int aOffset, byte[] b, int bOffset, int length);

    /** How many vectors stand side by side in a panel (see {@link #multiplyPanel}). */
    abstract int panelWidth();

    /**
     * Multiplies rows with one packed panel: {@code out[i][j] = sum over p of rows[i][p] * panel[p][j]}.
     *
     * <p>Each element is one chain of additions over p in ascending order, whatever its place in the block, so equal
     * rows give bit-equal products.
     *
     * @param rows holds rowCount rows of {@code columns} floats from rowsOffset on
     * @param rowsOffset the first row's place
     * @param rowCount number of rows, at least 1
     * @param columns number of floats a row, at least 1
     * @param panel columns x panelWidth from panelOffset on
     * @param panelOffset the panel's place
     * @param out receives rowCount x panelWidth from 0 on
     */
    abstract void multiplyPanel(
            float[] rows, int rowsOffset, int rowCount, int columns, float[] panel, int panelOffset, float[] out);

    /**
     * Whether a row of panelWidth scores holds none above its threshold; false as soon as a score or threshold is NaN.
     *
     * @param scores holds the row
     * @param offset its first element
     * @param thresholds holds panelWidth thresholds
     * @param thresholdOffset the first of them
     */
    abstract boolean noneAbove(float[] scores, int offset, float[] thresholds, int thresholdOffset);

    /**
     * Dot product of two whole vectors.
     *
     * @param a d floats
     * @param b d floats
     * @return sum of {@code a[i] * b[i]}; 0 for empty vectors
     * @throws IllegalArgumentException if the lengths differ
     */
    public final float dot(float[] a, float[] b) {
        return uncheckedDot(a, 0, b, 0, sameLength(a.length, b.length));
    }

    /**
     * Dot product of two slices.
     *
     * @param a holds the first slice
     * @param aOffset its first element
     * @param b holds the second slice
     * @param bOffset its first element
     * @param length number of elements
     * @return sum of {@code a[aOffset + i] * b[bOffset + i]}
     * @throws IndexOutOfBoundsException if a slice leaves its array
     */
    public final float dot(float[] a, int aOffset, float[] b, int bOffset, int length) {
        Objects.checkFromIndexSize(aOffset, length, a.length);
        Objects.checkFromIndexSize(bOffset, length, b.length);
        return uncheckedDot(a, aOffset, b, bOffset, length);
    }

    /**
     * Squared Euclidean distance of two whole vectors.
     *
     * @param a d floats
     * @param b d floats
     * @return sum of {@code (a[i] - b[i])^2}
     * @throws IllegalArgumentException if the lengths differ
     */
    public final float squaredDistance(float[] a, float[] b) {
        return uncheckedSquaredDistance(a, 0, b, 0, sameLength(a.length, b.length));
    }

    /**
     * Squared Euclidean distance of two slices.
     *
     * @param a holds the first slice
     * @param aOffset its first element
     * @param b holds the second slice
     * @param bOffset its first element
     * @param length number of elements
     * @return sum of squared differences
     * @throws IndexOutOfBoundsException if a slice leaves its array
     */
    public final float squaredDistance(float[] a, int aOffset, float[] b, int bOffset, int length) {
        Objects.checkFromIndexSize(aOffset, length, a.length);
        Objects.checkFromIndexSize(bOffset, length, b.length);
        return uncheckedSquaredDistance(a, aOffset, b, bOffset, length);
    }

    /**
     * Cosine of the angle between two whole vectors.
     *
     * @param a d floats
     * @param b d floats
     * @return the cosine, in [-1, 1]; 0 if either vector is all zeros; NaN if an element is NaN or infinite
     * @throws IllegalArgumentException if the lengths differ
     */
    public final float cosine(float[] a, float[] b) {
        return checkedCosine(a, 0, b, 0, sameLength(a.length, b.length));
    }

    /**
     * Cosine of the angle between two slices.
     *
     * @param a holds the first slice
     * @param aOffset its first element
     * @param b holds the second slice
     * @param bOffset its first element
     * @param length number of elements
     * @return as {@link #cosine(float[], float[])}
     * @throws IndexOutOfBoundsException if a slice leaves its array
     */
    public final float cosine(float[] a, int aOffset, float[] b, int bOffset, int length) {
        Objects.checkFromIndexSize(aOffset, length, a.length);
        Objects.checkFromIndexSize(bOffset, length, b.length);
        return checkedCosine(a, aOffset, b, bOffset, length);
    }

    /**
     * Euclidean (L2) norm of a whole vector.
     *
     * @param a d floats
     * @return the norm, also where the squares leave the range of float; 0 for an empty vector
     */
    public final float norm(float[] a) {
        return norm(a, 0, a.length);
    }

    /**
     * Euclidean (L2) norm of a slice.
     *
     * @param a holds the slice
     * @param offset its first element
     * @param length number of elements
     * @return as {@link #norm(float[])}
     * @throws IndexOutOfBoundsException if the slice leaves its array
     */
    public final float norm(float[] a, int offset, int length) {
        return (float) preciseNorm(a, offset, length);
    }

    /**
     * Dot product of codes of seven bits and a sign, the fastest integer form.
     *
     * @param a codes in -127..127 (so 0..127 as well); -128 gives an undefined result
     * @param b codes in -127..127, as many
     * @return the exact sum of products; lengths above 133,000 may overflow
     * @throws IllegalArgumentException if the lengths differ
     */
    public final int dot7Bit(byte[] a, byte[] b) {
        return uncheckedDot7Bit(a, 0, b, 0, sameLength(a.length, b.length));
    }

    /**
     * Dot product of slices of codes of seven bits and a sign.
     *
     * @param a holds the first slice, codes in -127..127
     * @param aOffset its first element
     * @param b holds the second slice, codes in -127..127
     * @param bOffset its first element
     * @param length number of elements
     * @return as {@link #dot7Bit(byte[], byte[])}
     * @throws IndexOutOfBoundsException if a slice leaves its array
     */
    public final int dot7Bit(byte[] a, int aOffset, byte[] b, int bOffset, int length) {
        Objects.checkFromIndexSize(aOffset, length, a.length);
        Objects.checkFromIndexSize(bOffset, length, b.length);
        return uncheckedDot7Bit(a, aOffset, b, bOffset, length);
    }

    /**
     * Dot product of bytes in their full range, -128..127.
     *
     * @param a d bytes
     * @param b d bytes
     * @return the exact sum of products; lengths above 131,071 may overflow
     * @throws IllegalArgumentException if the lengths differ
     */
    public final int dotInt8(byte[] a, byte[] b) {
        return uncheckedDotInt8(a, 0, b, 0, sameLength(a.length, b.length));
    }

    /**
     * Dot product of slices of bytes in their full range.
     *
     * @param a holds the first slice
     * @param aOffset its first element
     * @param b holds the second slice
     * @param bOffset its first element
     * @param length number of elements
     * @return as {@link #dotInt8(byte[], byte[])}
     * @throws IndexOutOfBoundsException if a slice leaves its array
     */
    public final int dotInt8(byte[] a, int aOffset, byte[] b, int bOffset, int length) {
        Objects.checkFromIndexSize(aOffset, length, a.length);
        Objects.checkFromIndexSize(bOffset, length, b.length);
        return uncheckedDotInt8(a, aOffset, b, bOffset, length);
    }

    /**
     * Hamming distance of two whole bit strings.
     *
     * @param a packed bits
     * @param b as many packed bits
     * @return number of bits that differ, 0..8d
     * @throws IllegalArgumentException if the lengths differ
     */
    public final int hamming(byte[] a, byte[] b) {
        return PackedBits.hamming(a, 0, b, 0, sameLength(a.length, b.length));
    }

    /**
     * Hamming distance of two slices of packed bits.
     *
     * @param a holds the first slice
     * @param aOffset its first byte
     * @param b holds the second slice
     * @param bOffset its first byte
     * @param length number of bytes
     * @return number of bits that differ, 0..8 length
     * @throws IndexOutOfBoundsException if a slice leaves its array
     */
    public final int hamming(byte[] a, int aOffset, byte[] b, int bOffset, int length) {
        Objects.checkFromIndexSize(aOffset, length, a.length);
        Objects.checkFromIndexSize(bOffset, length, b.length);
        return PackedBits.hamming(a, aOffset, b, bOffset, length);
    }

    final double preciseNorm(float[] a, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, a.length);
        float squares = uncheckedDot(a, offset, a, offset, length);
        // an overflow gives infinity, an underflow a small number or zero; a NaN stays one
        return squares >= SMALLEST_SAFE_SQUARE && squares < Float.POSITIVE_INFINITY
                ? Math.sqrt(squares)
                : Math.sqrt(doubleDot(a, offset, a, offset, length));
    }

    private float checkedCosine(float[] a, int aOffset, float[] b, int bOffset, int length) {
        float fast = uncheckedCosine(a, aOffset, b, bOffset, length);
        if (!Float.isNaN(fast)) {
            return fast;
        }
        double squaresA = doubleDot(a, aOffset, a, aOffset, length);
        double squaresB = doubleDot(b, bOffset, b, bOffset, length);
        if (squaresA == 0 || squaresB == 0) {
            return Double.isNaN(squaresA + squaresB) ? Float.NaN : 0f;
        }
        double cosine = doubleDot(a, aOffset, b, bOffset, length) / (Math.sqrt(squaresA) * Math.sqrt(squaresB));
        return (float) Math.max(-1, Math.min(1, cosine));
    }

    /** Joins float sums to a cosine; NaN says that they left the safe range and must be taken again in double. */
    static float cosineOfSums(float dot, float squaresA, float squaresB) {
        if (squaresA >= SMALLEST_SAFE_SQUARE
                && squaresB >= SMALLEST_SAFE_SQUARE
                && squaresA < Float.POSITIVE_INFINITY
                && squaresB < Float.POSITIVE_INFINITY) {
            double cosine = dot / Math.sqrt((double) squaresA * squaresB);
            return (float) Math.max(-1, Math.min(1, cosine));
        }
        return Float.NaN;
    }

    private static double doubleDot(float[] a, int aOffset, float[] b, int bOffset, int length) {
        double sum = 0;
        for (int i = 0; i < length; i++) {
            sum += (double) a[aOffset + i] * b[bOffset + i];
        }
        return sum;
    }

    private static int sameLength(int a, int b) {
        if (a != b) {
            throw new IllegalArgumentException("Vectors of " + a + " and " + b + " elements: both must have the same length");
        }
        return a;
    }
}
