package io.github.embeddinglab.core.encoding;

import io.github.embeddinglab.api.Codec;
import io.github.embeddinglab.api.CodeRanges;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.vectors.BinaryCodec;
import io.github.embeddinglab.vectors.FloatMatrix;
import io.github.embeddinglab.vectors.Int8Codec;
import org.jspecify.annotations.Nullable;

/** One codec of {@code laboratory-vectors}, ready to encode rows of one width. */
final class RowCoder {
    private final Codec codec;
    private final int dimensions;
    private final @Nullable Int8Codec bytes;
    private final float[] low;
    private final float[] high;

    private RowCoder(Codec codec, int dimensions) {
        this.codec = codec;
        this.dimensions = dimensions;
        CodeRanges ranges = codec.ranges().orElse(null);
        this.low = ranges == null ? new float[0] : ranges.low();
        this.high = ranges == null ? new float[0] : ranges.high();
        this.bytes = ranges == null ? null : Int8Codec.of(low, high);
    }

    /** For a codec that has all it needs. */
    static RowCoder of(Codec codec, int dimensions) {
        int measured = codec.ranges().map(CodeRanges::dimensions).orElse(dimensions);
        if (measured != dimensions) {
            throw new InvalidInputException("the ranges have " + measured + " dimensions, the vectors " + dimensions
                    + "; use ranges of the same model and the same dimensions");
        }
        return new RowCoder(codec, dimensions);
    }

    Codec codec() {
        return codec;
    }

    int dimensions() {
        return dimensions;
    }

    byte[] encode(float[] rows, int count) {
        FloatMatrix matrix = FloatMatrix.of(rows, count, dimensions);
        return bytes == null ? BinaryCodec.UNSIGNED.encode(matrix) : bytes.encode(matrix);
    }

    /** What a code stands for. */
    float[] decode(byte[] code) {
        if (bytes != null) {
            return bytes.decode(code);
        }
        float[] signs = new float[dimensions];
        for (int j = 0; j < dimensions; j++) {
            signs[j] = (code[j >>> 3] & (0x80 >>> (j & 7))) == 0 ? -1 : 1;
        }
        return signs;
    }

    /** Numbers outside their range. */
    long clipped(float[] rows, int count) {
        long clipped = 0;
        for (int i = 0; bytes != null && i < count; i++) {
            for (int j = 0; j < dimensions; j++) {
                float x = rows[i * dimensions + j];
                clipped += x < low[j] || x > high[j] ? 1 : 0;
            }
        }
        return clipped;
    }
}
