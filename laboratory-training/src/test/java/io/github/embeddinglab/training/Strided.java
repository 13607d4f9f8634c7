package io.github.embeddinglab.training;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.Arrays;

/** Shapes and index arithmetic of the reference. */
final class Strided {
    private Strided() {}

    static int count(int... shape) {
        int n = 1;
        for (int extent : shape) {
            n *= extent;
        }
        return n;
    }

    static int axis(int axis, int... shape) {
        int positive = axis < 0 ? axis + shape.length : axis;
        if (positive < 0 || positive >= shape.length) {
            throw new InvalidInputException("axis " + axis + " of shape " + Arrays.toString(shape));
        }
        return positive;
    }

    static int[] broadcast(int[] a, int[] b) {
        int[] out = new int[Math.max(a.length, b.length)];
        for (int i = 0; i < out.length; i++) {
            int x = i < out.length - a.length ? 1 : a[i - out.length + a.length];
            int y = i < out.length - b.length ? 1 : b[i - out.length + b.length];
            if (x != y && x != 1 && y != 1) {
                throw new InvalidInputException("shapes " + Arrays.toString(a) + " and " + Arrays.toString(b) + " do not broadcast");
            }
            out[i] = x == 1 ? y : x;
        }
        return out;
    }

    /** For each index of {@code to}, the index of {@code from} that broadcasts there. */
    static int[] source(int[] from, int[] to) {
        int[] strides = new int[to.length];
        int stride = 1;
        for (int i = from.length - 1; i >= 0; i--) {
            int at = i + to.length - from.length;
            strides[at] = from[i] == 1 ? 0 : stride;
            stride *= from[i];
        }
        return walk(to, strides);
    }

    /** For each row-major index of a shape, the sum of its coordinates times strides. */
    static int[] walk(int[] shape, int[] strides) {
        int[] out = new int[count(shape)];
        int[] at = new int[shape.length];
        int index = 0;
        for (int i = 0; i < out.length; i++) {
            out[i] = index;
            for (int d = shape.length - 1; d >= 0; d--) {
                index += strides[d];
                if (++at[d] < shape[d]) {
                    break;
                }
                index -= strides[d] * shape[d];
                at[d] = 0;
            }
        }
        return out;
    }

    static int[] strides(int... shape) {
        int[] out = new int[shape.length];
        int stride = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            out[i] = stride;
            stride *= shape[i];
        }
        return out;
    }
}
