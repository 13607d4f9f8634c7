package io.github.embeddinglab.core.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.SortedSet;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Named tensors, mapped and never copied to the heap as a whole. Safe for concurrent readers until closed.
 *
 * <p>Names are canonical: what the reference's encoder class calls them, without a prefix such as {@code bert.} or
 * {@code 0.auto_model.}; tensors of a later module carry its folder, as in {@code 2_Dense/linear.weight}.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface Tensors extends AutoCloseable {

    /** Element types. */
    enum Type {
        /** IEEE single, 4 bytes. */
        F32(4),
        /** IEEE half, 2 bytes. */
        F16(2),
        /** bfloat16, 2 bytes. */
        BF16(2),
        /** IEEE double, 8 bytes. */
        F64(8),
        /** Signed 64 bit. */
        I64(8),
        /** Signed 32 bit. */
        I32(4),
        /** Signed 8 bit. */
        I8(1),
        /** Unsigned 8 bit. */
        U8(1);

        private final int bytes;

        Type(int bytes) {
            this.bytes = bytes;
        }

        /**
         * Bytes of one element.
         *
         * @return 1 to 8
         */
        public int bytes() {
            return bytes;
        }
    }

    /**
     * One tensor.
     *
     * @param name canonical name
     * @param type element type
     * @param shape extents, outermost first; empty for a scalar
     * @param data read-only little-endian bytes, row-major, exactly {@code product(shape) * type.bytes()} of them
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Tensor(String name, Type type, long[] shape, ByteBuffer data) {
        /**
         * Number of elements.
         *
         * @return the product of the shape
         */
        public long elements() {
            long n = 1;
            for (long extent : shape) {
                n *= extent;
            }
            return n;
        }

        /**
         * Makes a tensor of floats.
         *
         * @param name canonical name
         * @param shape extents, outermost first
         * @param values row-major, as many as the shape has elements; copied
         * @return the tensor, F32
         * @throws io.github.embeddinglab.api.InvalidInputException when there are more or fewer values, or more than one
         *     buffer holds (2^29 - 1)
         */
        public static Tensor of(String name, long[] shape, float[] values) {
            return ListedTensors.floats(name, shape, values);
        }

        /**
         * The bytes from their start in the order that they are stored.
         *
         * @return an independent read-only view, little-endian
         */
        public ByteBuffer bytes() {
            return data.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    /**
     * Tensors that the caller holds.
     *
     * @param tensors with distinct names
     * @return a view of them; nothing is copied
     * @throws io.github.embeddinglab.api.InvalidInputException when a name comes twice or a tensor's bytes do not fit its
     *     shape
     */
    static Tensors of(Collection<Tensor> tensors) {
        return ListedTensors.of(tensors);
    }

    /**
     * All names.
     *
     * @return sorted canonical names
     */
    SortedSet<String> names();

    /**
     * Gives one tensor.
     *
     * @param name canonical name
     * @return the tensor, a view of the mapped file
     * @throws io.github.embeddinglab.api.InvalidModelException when there is none; names the nearest
     */
    Tensor tensor(String name);

    /**
     * Gives one tensor as floats, converted where it is stored as F16, BF16 or F64.
     *
     * @param name canonical name
     * @return a new array in row-major order
     */
    float[] floats(String name);

    @Override
    void close();
}
