package io.github.embeddinglab.core.graph;

import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.core.model.Tensors.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads a part of a stored tensor as floats, so that a table larger than the heap can stream. */
final class TensorFloats {
    private final Tensor tensor;
    private final ByteBuffer data;

    TensorFloats(Tensor tensor) {
        if (tensor.type() != Tensors.Type.F32
                && tensor.type() != Tensors.Type.F16
                && tensor.type() != Tensors.Type.BF16
                && tensor.type() != Tensors.Type.F64) {
            throw new InvalidModelException("tensor " + tensor.name() + " is stored as " + tensor.type()
                    + ", a weight must be F32, F16, BF16 or F64: save the model in one of these");
        }
        this.tensor = tensor;
        this.data = tensor.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Whether the stored bytes are little-endian floats as they stand. */
    boolean isStoredAsFloat() {
        return tensor.type() == Tensors.Type.F32;
    }

    /** A view of the bytes of some elements. */
    ByteBuffer bytes(long first, int count) {
        int size = tensor.type().bytes();
        return data.slice(data.position() + Math.toIntExact(first * size), count * size)
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Converts {@code count} elements from element {@code first} on into {@code target}. */
    void read(long first, float[] target, int count) {
        ByteBuffer part = bytes(first, count);
        switch (tensor.type()) {
            case F32 -> part.asFloatBuffer().get(target, 0, count);
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    target[i] = Float.intBitsToFloat(part.getShort(2 * i) << 16);
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    target[i] = halfToFloat(part.getShort(2 * i));
                }
            }
            default -> {
                for (int i = 0; i < count; i++) {
                    target[i] = (float) part.getDouble(8 * i);
                }
            }
        }
    }

    /** IEEE half to single; exact for every half. */
    static float halfToFloat(short half) {
        int exponent = (half >> 10) & 0x1f;
        int mantissa = half & 0x3ff;
        float magnitude;
        if (exponent == 0) {
            magnitude = mantissa * 0x1p-24f;
        } else if (exponent == 0x1f) {
            magnitude = mantissa == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
        } else {
            magnitude = Float.intBitsToFloat((exponent + 112) << 23 | mantissa << 13);
        }
        return half < 0 ? -magnitude : magnitude;
    }
}
