package io.github.embeddinglab.core.graph;

import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.core.graph.EncoderPlan.Linear;
import io.github.embeddinglab.core.graph.EncoderPlan.Slice;
import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.core.model.Tensors.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Stored tensors as the graph needs them: checked when asked for, rewritten while the weight file is written. */
final class Weights {
    private static final int CHUNK = 1 << 16;
    private static final int TILE = 32;

    private final Tensors tensors;

    Weights(Tensors tensors) {
        this.tensors = tensors;
    }

    /** A tensor as it is stored. */
    WeightSource stored(String name, long... shape) {
        Tensor tensor = checked(name, shape);
        return sink -> {
            TensorFloats floats = new TensorFloats(tensor);
            long n = tensor.elements();
            float[] chunk = new float[floats.isStoredAsFloat() ? 0 : CHUNK];
            for (long at = 0; at < n; at += CHUNK) {
                int count = (int) Math.min(CHUNK, n - at);
                if (floats.isStoredAsFloat()) {
                    ByteBuffer bytes = floats.bytes(at, count);
                    sink.put(bytes);
                } else {
                    floats.read(at, chunk, count);
                    sink.put(chunk, 0, count);
                }
            }
        };
    }

    /** A table (rows x h) with one row of another table added to each of its rows. */
    WeightSource storedPlusRow(String name, long rows, long width, String added, long addedRows) {
        Tensor table = checked(name, rows, width);
        Tensor other = checked(added, addedRows, width);
        return sink -> {
            int h = Math.toIntExact(width);
            float[] constant = new float[h];
            new TensorFloats(other).read(0, constant, h);
            TensorFloats floats = new TensorFloats(table);
            float[] row = new float[h];
            for (long r = 0; r < rows; r++) {
                floats.read(r * h, row, h);
                for (int i = 0; i < h; i++) {
                    row[i] += constant[i];
                }
                sink.put(row, 0, h);
            }
        };
    }

    /** The matrix of a linear step, transposed to (in x out). */
    WeightSource transposed(Linear linear) {
        for (Slice slice : linear.slices()) {
            checked(slice.weight(), slice.tensorRows(), linear.in());
        }
        return sink -> {
            int in = linear.in();
            int out = linear.out();
            float[] result = new float[Math.multiplyExact(in, out)];
            int column = 0;
            for (Slice slice : linear.slices()) {
                TensorFloats floats = new TensorFloats(tensors.tensor(slice.weight()));
                float[] rows = new float[TILE * in];
                for (int from = 0; from < slice.rows(); from += TILE) {
                    int count = Math.min(TILE, slice.rows() - from);
                    floats.read((long) (slice.first() + from) * in, rows, count * in);
                    for (int i = 0; i < in; i++) {
                        for (int r = 0; r < count; r++) {
                            result[i * out + column + r] = rows[r * in + i];
                        }
                    }
                    column += count;
                }
            }
            sink.put(result, 0, result.length);
        };
    }

    /** The bias of a linear step. */
    WeightSource bias(Linear linear) {
        for (Slice slice : linear.slices()) {
            checked(slice.bias(), slice.tensorRows());
        }
        return sink -> {
            for (Slice slice : linear.slices()) {
                float[] part = new float[slice.rows()];
                new TensorFloats(tensors.tensor(slice.bias())).read(slice.first(), part, part.length);
                sink.put(part, 0, part.length);
            }
        };
    }

    /** A small tensor on the heap. */
    float[] floats(String name, long... shape) {
        Tensor tensor = checked(name, shape);
        float[] values = new float[Math.toIntExact(tensor.elements())];
        new TensorFloats(tensor).read(0, values, values.length);
        return values;
    }

    private Tensor checked(String name, long... shape) {
        Tensor tensor = tensors.tensor(name);
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw new InvalidModelException("tensor " + name + " has the shape " + Arrays.toString(tensor.shape())
                    + ", config.json says " + Arrays.toString(shape)
                    + ": weights and configuration are not of the same model");
        }
        return tensor;
    }
}
