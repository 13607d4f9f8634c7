package io.github.embeddinglab.core.onnx;

import io.github.embeddinglab.core.onnx.Value.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Operators that move elements without changing them, and the running sum. */
final class ProbeShapes {
    private ProbeShapes() {}

    /** Steps an index through a shape, last axis fastest. */
    static void advance(int[] at, int[] dims) {
        for (int i = dims.length - 1; i >= 0; i--) {
            if (++at[i] < dims[i]) {
                return;
            }
            at[i] = 0;
        }
    }

    private static int axis(int axis, int rank) {
        int a = axis < 0 ? axis + rank : axis;
        if (a < 0 || a >= rank) {
            throw new IllegalArgumentException("axis " + axis + " of " + rank + " is out of bounds");
        }
        return a;
    }

    static Value gather(Value x, Value index, int axis) {
        int a = axis(axis, x.rank());
        int outer = Value.size(Arrays.copyOf(x.dims(), a));
        int inner = Value.size(Arrays.copyOfRange(x.dims(), a + 1, x.rank()));
        int extent = x.dims()[a];
        int[] dims = new int[x.rank() - 1 + index.rank()];
        System.arraycopy(x.dims(), 0, dims, 0, a);
        System.arraycopy(index.dims(), 0, dims, a, index.rank());
        System.arraycopy(x.dims(), a + 1, dims, a + index.rank(), x.rank() - a - 1);
        double[] out = new double[Value.size(dims)];
        int n = 0;
        for (int o = 0; o < outer; o++) {
            for (double i : index.data()) {
                int row = (int) (i < 0 ? i + extent : i);
                if (row < 0 || row >= extent) {
                    throw new IllegalArgumentException("index " + row + " of " + extent + " is out of bounds");
                }
                System.arraycopy(x.data(), (o * extent + row) * inner, out, n, inner);
                n += inner;
            }
        }
        return new Value(dims, out, x.kind());
    }

    static Value unsqueeze(Value x, int @Nullable [] axes) {
        if (axes == null) {
            throw new IllegalArgumentException("no axes are given");
        }
        int rank = x.rank() + axes.length;
        boolean[] added = new boolean[rank];
        for (int a : axes) {
            added[axis(a, rank)] = true;
        }
        int[] dims = new int[rank];
        int n = 0;
        for (int i = 0; i < rank; i++) {
            dims[i] = added[i] ? 1 : x.dims()[n++];
        }
        return x.shaped(dims);
    }

    static Value squeeze(Value x, int @Nullable [] axes) {
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < x.rank(); i++) {
            boolean gone = axes == null && x.dims()[i] == 1;
            if (axes != null) {
                for (int a : axes) {
                    gone |= axis(a, x.rank()) == i;
                }
            }
            if (!gone) {
                kept.add(x.dims()[i]);
            } else if (x.dims()[i] != 1) {
                throw new IllegalArgumentException("axis " + i + " has " + x.dims()[i] + " elements, not one");
            }
        }
        return x.shaped(kept.stream().mapToInt(Integer::intValue).toArray());
    }

    static Value slice(Value x, int[] starts, int[] ends, int @Nullable [] axes, int @Nullable [] steps) {
        int[] from = new int[x.rank()];
        int[] step = new int[x.rank()];
        int[] dims = x.dims().clone();
        Arrays.fill(step, 1);
        for (int i = 0; i < starts.length; i++) {
            int a = axis(axes == null ? i : axes[i], x.rank());
            int n = x.dims()[a];
            step[a] = steps == null ? 1 : steps[i];
            if (step[a] < 1) {
                throw new IllegalArgumentException("a slice with step " + step[a] + " is not known there");
            }
            from[a] = Math.max(0, Math.min(n, starts[i] < 0 ? starts[i] + n : starts[i]));
            int to = Math.max(0, Math.min(n, ends[i] < 0 ? ends[i] + n : ends[i]));
            dims[a] = Math.max(0, (to - from[a] + step[a] - 1) / step[a]);
        }
        double[] out = new double[Value.size(dims)];
        int[] at = new int[dims.length];
        for (int k = 0; k < out.length; k++) {
            int p = 0;
            for (int i = 0; i < at.length; i++) {
                p = p * x.dims()[i] + from[i] + at[i] * step[i];
            }
            out[k] = x.data()[p];
            advance(at, dims);
        }
        return new Value(dims, out, x.kind());
    }

    static Value concat(List<Value> parts, int axis) {
        int a = axis(axis, parts.get(0).rank());
        int[] dims = parts.get(0).dims().clone();
        dims[a] = 0;
        for (Value part : parts) {
            if (part.rank() != dims.length) {
                throw new IllegalArgumentException("parts of different rank are joined");
            }
            dims[a] += part.dims()[a];
        }
        double[] out = new double[Value.size(dims)];
        int outer = Value.size(Arrays.copyOf(dims, a));
        int n = 0;
        for (int o = 0; o < outer; o++) {
            for (Value part : parts) {
                int run = part.data().length / Math.max(1, outer);
                System.arraycopy(part.data(), o * run, out, n, run);
                n += run;
            }
        }
        return new Value(dims, out, parts.get(0).kind());
    }

    static Value reshape(Value x, int[] shape) {
        int[] dims = shape.clone();
        int unknown = -1;
        int rest = 1;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] == 0) {
                dims[i] = x.dims()[i];
            }
            if (dims[i] == -1) {
                unknown = i;
            } else {
                rest = Math.multiplyExact(rest, dims[i]);
            }
        }
        if (unknown >= 0) {
            dims[unknown] = x.data().length / rest;
        }
        if (Value.size(dims) != x.data().length) {
            throw new IllegalArgumentException(
                    x.data().length + " elements do not fit the shape " + Arrays.toString(shape));
        }
        return x.shaped(dims);
    }

    static Value flatten(Value x, int axis) {
        int a = axis < 0 ? axis + x.rank() : axis;
        int outer = Value.size(Arrays.copyOf(x.dims(), a));
        return x.shaped(outer, x.data().length / Math.max(1, outer));
    }

    static Value expand(Value x, int[] shape) {
        return ProbeArithmetic.broadcast(x, new Value(shape, new double[Value.size(shape)], x.kind()), x.kind(), (v, zero) -> v);
    }

    static Value transpose(Value x, int @Nullable [] perm) {
        int rank = x.rank();
        int[] dims = new int[rank];
        int[] strides = new int[rank];
        int stride = 1;
        int[] own = new int[rank];
        for (int i = rank - 1; i >= 0; i--) {
            own[i] = stride;
            stride *= x.dims()[i];
        }
        for (int i = 0; i < rank; i++) {
            int from = perm == null ? rank - 1 - i : perm[i];
            dims[i] = x.dims()[from];
            strides[i] = own[from];
        }
        double[] out = new double[Value.size(dims)];
        if (out.length != x.data().length) {
            throw new IllegalArgumentException("axes " + Arrays.toString(perm) + " are no permutation");
        }
        int[] at = new int[rank];
        for (int k = 0; k < out.length; k++) {
            int p = 0;
            for (int i = 0; i < rank; i++) {
                p += at[i] * strides[i];
            }
            out[k] = x.data()[p];
            advance(at, dims);
        }
        return new Value(dims, out, x.kind());
    }

    static Value cumulative(Value x, int axis, boolean exclusive) {
        int a = axis(axis, x.rank());
        int inner = Value.size(Arrays.copyOfRange(x.dims(), a + 1, x.rank()));
        int extent = x.dims()[a];
        double[] out = x.data().clone();
        for (int i = 0; i < out.length; i++) {
            boolean first = i / inner % extent == 0;
            if (exclusive) {
                out[i] = first ? 0 : out[i - inner] + x.data()[i - inner];
            } else if (!first) {
                out[i] += out[i - inner];
            }
        }
        return new Value(x.dims(), out, x.kind() == Kind.BOOLEAN ? Kind.INTEGER : x.kind());
    }
}
