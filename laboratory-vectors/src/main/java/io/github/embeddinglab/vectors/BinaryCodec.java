package io.github.embeddinglab.vectors;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Codes of one bit a dimension, the sign: bit = x &gt; 0, eight to a byte, the first dimension in the most significant bit, as
 * {@code numpy.packbits} does.
 *
 * <p>{@link #UNSIGNED} is sentence-transformers' {@code ubinary}; {@link #SIGNED} is its {@code binary}, the same byte minus 128. Hamming
 * distances are the same in both, but the two must not be mixed. Where d is no multiple of eight, each row is filled with
 * zero bits; the reference would run rows into each other or fail.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public enum BinaryCodec {
    /** Bytes as packed, to be read as 0..255. */
    UNSIGNED(0),
    /** Packed bytes minus 128, for stores that only know signed bytes. */
    SIGNED(0x80);

    private final int flip;

    BinaryCodec(int flip) {
        this.flip = flip;
    }

    /**
     * The bytes of one row.
     *
     * @param dimensions d, 1 or more
     * @return d / 8, rounded up
     */
    public static int bytesPerRow(int dimensions) {
        return (dimensions + 7) >>> 3;
    }

    /**
     * Encodes all rows.
     *
     * @param matrix n x d, without NaN
     * @return n * bytesPerRow(d) bytes, row-major
     * @throws IllegalArgumentException if a value is NaN or the codes exceed one array
     */
    public byte[] encode(FloatMatrix matrix) {
        int width = bytesPerRow(matrix.columns());
        byte[] codes = newCodes(matrix.rows(), width);
        for (int i = 0; i < matrix.rows(); i++) {
            encodeRow(matrix.chunk(i), matrix.offset(i), matrix.columns(), i, codes);
        }
        return codes;
    }

    /**
     * Encodes one vector.
     *
     * @param vector d floats, without NaN
     * @return bytesPerRow(d) bytes
     * @throws IllegalArgumentException if a value is NaN
     */
    public byte[] encode(float[] vector) {
        byte[] codes = new byte[bytesPerRow(vector.length)];
        encodeRow(vector, 0, vector.length, 0, codes);
        return codes;
    }

    static byte[] newCodes(int rows, int width) {
        long size = (long) rows * width;
        if (size > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(rows + " codes of " + width + " bytes exceed one array: encode fewer rows at once");
        }
        return new byte[(int) size];
    }

    private void encodeRow(float[] from, int offset, int columns, int row, byte[] codes) {
        int width = bytesPerRow(columns);
        for (int b = 0; b < width; b++) {
            int packed = 0;
            for (int j = b * 8; j < Math.min(columns, b * 8 + 8); j++) {
                float x = from[offset + j];
                if (Float.isNaN(x)) {
                    throw new IllegalArgumentException("Row " + row + ", dimension " + j + " is NaN: it has no sign");
                }
                if (x > 0) {
                    packed |= 0x80 >>> (j & 7);
                }
            }
            codes[row * width + b] = (byte) (packed ^ flip);
        }
    }
}
