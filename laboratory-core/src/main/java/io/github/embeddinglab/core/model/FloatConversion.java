package io.github.embeddinglab.core.model;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.InvalidModelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;

/**
 * Conversions between stored floating-point types and {@code float}: widening is exact (subnormals, infinities and NaN
 * included), narrowing rounds to nearest, ties to even, as IEEE 754 and the reference do.
 */
final class FloatConversion {
    private static final int CHUNK = 8192;
    private static final float TWO_TO_112 = 0x1p112f;

    private FloatConversion() {}

    static float[] floats(Tensors.Tensor tensor, String where) {
        long elements = tensor.elements();
        if (elements > Integer.MAX_VALUE - 8) {
            throw new InvalidModelException("tensor \"" + tensor.name() + "\" of " + where + " has " + elements
                    + " elements, more than one array holds; read it piece by piece through tensor()");
        }
        float[] out = new float[(int) elements];
        ByteBuffer data = tensor.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        switch (tensor.type()) {
            case F32 -> data.asFloatBuffer().get(out);
            case F16 -> halves(data.asShortBuffer(), out);
            case BF16 -> brains(data.asShortBuffer(), out);
            case F64 -> {
                for (int i = 0; i < out.length; i++) {
                    out[i] = (float) data.getDouble(data.position() + 8 * i);
                }
            }
            default -> throw new InvalidModelException("tensor \"" + tensor.name() + "\" of " + where + " holds "
                    + tensor.type() + ", not floating-point numbers; save the model in F32, F16 or BF16");
        }
        return out;
    }

    private static void halves(ShortBuffer in, float[] out) {
        short[] chunk = new short[Math.min(CHUNK, out.length)];
        for (int at = 0; at < out.length; at += chunk.length) {
            int n = Math.min(chunk.length, out.length - at);
            in.get(chunk, 0, n);
            for (int i = 0; i < n; i++) {
                out[at + i] = half(chunk[i]);
            }
        }
    }

    private static void brains(ShortBuffer in, float[] out) {
        short[] chunk = new short[Math.min(CHUNK, out.length)];
        for (int at = 0; at < out.length; at += chunk.length) {
            int n = Math.min(chunk.length, out.length - at);
            in.get(chunk, 0, n);
            for (int i = 0; i < n; i++) {
                out[at + i] = Float.intBitsToFloat(chunk[i] << 16);
            }
        }
    }

    /** Shifts the half into a float's fields and repairs the exponent's bias by a multiplication, which is exact. */
    static float half(short bits) {
        int sign = (bits & 0x8000) << 16;
        int rest = (bits & 0x7fff) << 13;
        int wide = rest >= 0x0f800000
                ? rest | 0x7f800000
                : Float.floatToRawIntBits(Float.intBitsToFloat(rest) * TWO_TO_112);
        return Float.intBitsToFloat(sign | wide);
    }

    static short toHalf(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude > 0x7f800000) {
            return (short) (sign | 0x7e00 | ((magnitude >>> 13) & 0x1ff));
        }
        if (magnitude >= 0x477ff000) { // 65520 and above round to infinity
            return (short) (sign | 0x7c00);
        }
        if (magnitude >= 0x38800000) { // 2^-14 and above are normal halves
            int biased = magnitude - (112 << 23);
            return (short) (sign | ((biased + 0xfff + ((biased >>> 13) & 1)) >>> 13));
        }
        return (short) (sign | (int) Math.rint(Float.intBitsToFloat(magnitude) * 0x1p24f));
    }

    static short toBrain(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    /** The same numbers stored as another type; a finite number that the type cannot hold is refused. */
    static Tensors.Tensor as(Tensors.Tensor tensor, Tensors.Type type, String where) {
        if (tensor.type() == type) {
            return tensor;
        }
        float[] values = floats(tensor, where);
        long size = Math.multiplyExact((long) values.length, type.bytes());
        if (size > Integer.MAX_VALUE) {
            throw new InvalidInputException("tensor \"" + tensor.name() + "\" of " + where + " would take " + size
                    + " bytes as " + type + ", more than one buffer holds; keep its type " + tensor.type());
        }
        ByteBuffer out = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            switch (type) {
                case F32 -> out.putFloat(value);
                case F64 -> out.putDouble(value);
                case F16 -> {
                    if (Float.isFinite(value) && Math.abs(value) >= 65520f) {
                        throw new InvalidInputException("value " + value + " of tensor \"" + tensor.name() + "\" of " + where
                                + " does not fit into F16 (largest 65504); write F32 or BF16 instead");
                    }
                    out.putShort(toHalf(value));
                }
                case BF16 -> out.putShort(toBrain(value));
                default -> throw new InvalidInputException("tensor \"" + tensor.name() + "\" of " + where
                        + " cannot be stored as " + type + "; choose F32, F16, BF16 or F64");
            }
        }
        return new Tensors.Tensor(
                tensor.name(), type, tensor.shape(), out.flip().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN));
    }
}
