package io.github.embeddinglab.core.onnx;

import java.util.Arrays;

/**
 * A small tensor of a probe. Integers are exact up to 2^53; floats are rounded to float32 after each operation, as the graph
 * would.
 *
 * @param dims extents, outermost first; empty for a scalar
 * @param data row-major
 * @param kind how arithmetic treats it
 */
@SuppressWarnings("ArrayRecordComponent") // lives for one probe, never compared as a record
record Value(int[] dims, double[] data, Kind kind) {
    /** Families of element types. */
    enum Kind {
        FLOAT,
        INTEGER,
        BOOLEAN
    }

    static Value floats(double[] data, int... dims) {
        return new Value(dims, data, Kind.FLOAT);
    }

    static Value integers(double[] data, int... dims) {
        return new Value(dims, data, Kind.INTEGER);
    }

    int rank() {
        return dims.length;
    }

    int dim(int axis) {
        return dims[axis < 0 ? axis + dims.length : axis];
    }

    /** The only element. */
    double scalar() {
        if (data.length != 1) {
            throw new IllegalArgumentException("expected one number, got the shape " + Arrays.toString(dims));
        }
        return data[0];
    }

    int[] ints() {
        int[] out = new int[data.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, data[i])); // ends of slices are 2^63-1
        }
        return out;
    }

    /** The same elements under another shape. */
    Value shaped(int... shape) {
        return new Value(shape, data, kind);
    }

    /** Product of extents. */
    static int size(int... dims) {
        long n = 1;
        for (int d : dims) {
            n *= d;
            if (d < 0 || n > Probe.MOST_ELEMENTS) {
                throw new IllegalArgumentException("a shape of " + Arrays.toString(dims) + " is out of bounds");
            }
        }
        return (int) n;
    }
}
