package io.github.embeddinglab.vectors;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Codes of one byte a dimension, over a range calibrated for each dimension.
 *
 * <p>{@code code = trunc((x - low) / step - 128)}, {@code step = (high - low) / 255}, in float arithmetic and rounded towards
 * zero: byte for byte the {@code int8} of sentence-transformers' {@code quantize_embeddings} for values inside the range. It
 * deviates outside the range, where the reference's result wraps round or is undefined: here the code is clamped to -128..127. A
 * dimension whose range is one point has code -128 up to that point and 127 above it.
 *
 * <p>Codes reach -128, so they want {@link VectorKernel#dotInt8}, not {@code dot7Bit}. As each dimension has its own range, a dot
 * product of codes only approximates the order of the originals: rescore the best with floats. Immutable.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Int8Codec {
    private final float[] low;
    private final float[] high;
    private final float[] step;

    private Int8Codec(float[] low, float[] high) {
        this.low = low;
        this.high = high;
        this.step = new float[low.length];
        for (int j = 0; j < low.length; j++) {
            step[j] = (high[j] - low[j]) / 255f;
        }
    }

    /**
     * Takes the smallest and largest value of each dimension as its range; more than a hundred rows make it stable.
     *
     * @param sample n x d, n at least 1, finite
     * @return the codec for d dimensions
     * @throws IllegalArgumentException if the sample is empty or a value is NaN or infinite
     */
    public static Int8Codec calibrate(FloatMatrix sample) {
        if (sample.rows() == 0) {
            throw new IllegalArgumentException("The calibration sample is empty: hand in at least one row, better 100 and more");
        }
        float[] low = sample.row(0);
        float[] high = sample.row(0);
        for (int i = 0; i < sample.rows(); i++) {
            float[] chunk = sample.chunk(i);
            int offset = sample.offset(i);
            for (int j = 0; j < low.length; j++) {
                float x = chunk[offset + j];
                checkFinite(x, i, j);
                low[j] = Math.min(low[j], x);
                high[j] = Math.max(high[j], x);
            }
        }
        return new Int8Codec(low, high);
    }

    /**
     * Uses known ranges.
     *
     * @param low d smallest values
     * @param high d largest values, each at least its low
     * @return the codec
     * @throws IllegalArgumentException if lengths differ or are 0, or a range is reversed or not finite
     */
    public static Int8Codec of(float[] low, float[] high) {
        if (low.length != high.length || low.length == 0) {
            throw new IllegalArgumentException("Ranges have " + low.length + " low and " + high.length
                    + " high values: give one of each a dimension");
        }
        for (int j = 0; j < low.length; j++) {
            if (!(low[j] <= high[j]) || !Float.isFinite(low[j]) || !Float.isFinite(high[j] - low[j])) {
                throw new IllegalArgumentException("The range of dimension " + j + " is " + low[j] + " to " + high[j]
                        + ": both must be finite and low not above high");
            }
        }
        return new Int8Codec(low.clone(), high.clone());
    }

    /**
     * The number of dimensions.
     *
     * @return d
     */
    public int dimensions() {
        return low.length;
    }

    /**
     * The lower ends of the ranges.
     *
     * @return a copy, d floats
     */
    public float[] low() {
        return low.clone();
    }

    /**
     * The upper ends of the ranges.
     *
     * @return a copy, d floats
     */
    public float[] high() {
        return high.clone();
    }

    /**
     * Encodes all rows.
     *
     * @param matrix n x d, without NaN
     * @return n * d codes, row-major
     * @throws IllegalArgumentException if dimensions differ, a value is NaN, or the codes exceed one array
     */
    public byte[] encode(FloatMatrix matrix) {
        checkDimensions(matrix.columns());
        byte[] codes = BinaryCodec.newCodes(matrix.rows(), low.length);
        for (int i = 0; i < matrix.rows(); i++) {
            encodeRow(matrix.chunk(i), matrix.offset(i), i, codes);
        }
        return codes;
    }

    /**
     * Encodes one vector.
     *
     * @param vector d floats, without NaN
     * @return d codes
     * @throws IllegalArgumentException if dimensions differ or a value is NaN
     */
    public byte[] encode(float[] vector) {
        checkDimensions(vector.length);
        byte[] codes = new byte[vector.length];
        encodeRow(vector, 0, 0, codes);
        return codes;
    }

    /**
     * Gives back the middle of each code's interval; the ends of the range for -128 and 127.
     *
     * @param codes d codes
     * @return d floats, each within one step of a value that had been inside the range
     * @throws IllegalArgumentException if dimensions differ
     */
    public float[] decode(byte[] codes) {
        checkDimensions(codes.length);
        float[] vector = new float[codes.length];
        for (int j = 0; j < codes.length; j++) {
            int code = codes[j];
            if (code == Byte.MIN_VALUE) {
                vector[j] = low[j];
            } else if (code == Byte.MAX_VALUE) {
                vector[j] = high[j];
            } else {
                // truncation towards zero: positive codes stand for [c, c + 1), negative ones for (c - 1, c]
                vector[j] = low[j] + (code + 128 + 0.5f * Integer.signum(code)) * step[j];
            }
        }
        return vector;
    }

    private void encodeRow(float[] from, int offset, int row, byte[] codes) {
        int to = row * low.length;
        for (int j = 0; j < low.length; j++) {
            float x = from[offset + j];
            if (Float.isNaN(x)) {
                throw new IllegalArgumentException("Row " + row + ", dimension " + j + " is NaN: it has no code");
            }
            float scaled = step[j] == 0 ? (x > low[j] ? 127f : -128f) : (x - low[j]) / step[j] - 128f;
            codes[to + j] = (byte) Math.max(-128f, Math.min(127f, scaled));
        }
    }

    private void checkDimensions(int given) {
        if (given != low.length) {
            throw new IllegalArgumentException(
                    "Vectors of " + given + " dimensions, the codec was calibrated for " + low.length + ": they must agree");
        }
    }

    private static void checkFinite(float x, int row, int column) {
        if (!Float.isFinite(x)) {
            throw new IllegalArgumentException(
                    "Row " + row + ", dimension " + column + " of the calibration sample is " + x + ": drop that row");
        }
    }
}
