package io.github.embeddinglab.core.onnx;

import io.github.embeddinglab.core.model.ErrorFunction;
import io.github.embeddinglab.core.onnx.Value.Kind;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Arithmetic of probes, with the broadcasting of the ONNX specification. */
final class ProbeArithmetic {
    private ProbeArithmetic() {}

    static Value map(Value x, Kind kind, DoubleUnaryOperator f) {
        double[] out = new double[x.data().length];
        for (int i = 0; i < out.length; i++) {
            out[i] = rounded(f.applyAsDouble(x.data()[i]), kind);
        }
        return new Value(x.dims(), out, kind);
    }

    private static double rounded(double x, Kind kind) {
        return kind == Kind.FLOAT ? (float) x : x;
    }

    static Value binary(String type, Value a, Value b) {
        boolean integer = a.kind() != Kind.FLOAT;
        return switch (type) {
            case "Add" -> broadcast(a, b, a.kind(), Double::sum);
            case "Sub" -> broadcast(a, b, a.kind(), (x, y) -> x - y);
            case "Mul" -> broadcast(a, b, a.kind(), (x, y) -> x * y);
            case "Div" -> broadcast(a, b, a.kind(), integer ? ProbeArithmetic::quotient : (x, y) -> x / y);
            case "Mod" -> broadcast(a, b, a.kind(), (x, y) -> x - y * Math.floor(x / y));
            case "Pow" -> broadcast(a, b, a.kind(), Math::pow);
            case "Min" -> broadcast(a, b, a.kind(), Math::min);
            case "Max" -> broadcast(a, b, a.kind(), Math::max);
            case "And" -> broadcast(a, b, Kind.BOOLEAN, (x, y) -> x != 0 && y != 0 ? 1 : 0);
            case "Or" -> broadcast(a, b, Kind.BOOLEAN, (x, y) -> x != 0 || y != 0 ? 1 : 0);
            case "Equal" -> broadcast(a, b, Kind.BOOLEAN, (x, y) -> x == y ? 1 : 0);
            case "Less" -> broadcast(a, b, Kind.BOOLEAN, (x, y) -> x < y ? 1 : 0);
            case "Greater" -> broadcast(a, b, Kind.BOOLEAN, (x, y) -> x > y ? 1 : 0);
            case "LessOrEqual" -> broadcast(a, b, Kind.BOOLEAN, (x, y) -> x <= y ? 1 : 0);
            case "GreaterOrEqual" -> broadcast(a, b, Kind.BOOLEAN, (x, y) -> x >= y ? 1 : 0);
            default -> throw new IllegalArgumentException("the operator " + type + " is not known there");
        };
    }

    private static double quotient(double x, double y) {
        if (y == 0) {
            throw new ArithmeticException("division by zero");
        }
        double q = x / y;
        return q < 0 ? Math.ceil(q) : Math.floor(q);
    }

    static Value broadcast(Value a, Value b, Kind kind, DoubleBinaryOperator f) {
        int rank = Math.max(a.rank(), b.rank());
        int[] dims = new int[rank];
        int[] stepA = new int[rank];
        int[] stepB = new int[rank];
        int sizeA = 1;
        int sizeB = 1;
        for (int i = rank - 1; i >= 0; i--) {
            int ia = i - rank + a.rank();
            int ib = i - rank + b.rank();
            int da = ia < 0 ? 1 : a.dims()[ia];
            int db = ib < 0 ? 1 : b.dims()[ib];
            if (da != db && da != 1 && db != 1) {
                throw new IllegalArgumentException(
                        "shapes " + Arrays.toString(a.dims()) + " and " + Arrays.toString(b.dims()) + " do not fit");
            }
            dims[i] = da == 1 ? db : da;
            stepA[i] = da == 1 ? 0 : sizeA;
            stepB[i] = db == 1 ? 0 : sizeB;
            sizeA *= da;
            sizeB *= db;
        }
        double[] out = new double[Value.size(dims)];
        int[] at = new int[rank];
        for (int n = 0; n < out.length; n++) {
            int pa = 0;
            int pb = 0;
            for (int i = 0; i < rank; i++) {
                pa += at[i] * stepA[i];
                pb += at[i] * stepB[i];
            }
            out[n] = rounded(f.applyAsDouble(a.data()[pa], b.data()[pb]), kind);
            ProbeShapes.advance(at, dims);
        }
        return new Value(dims, out, kind);
    }

    /** Batched matrix product of (..., m, k) and (..., k, n); leading axes are equal or absent on the right. */
    static Value matmul(Value a, Value b) {
        if (a.rank() < 2 || b.rank() < 2) {
            throw new IllegalArgumentException("a matrix product needs two axes on either side");
        }
        int m = a.dim(-2);
        int k = a.dim(-1);
        int n = b.dim(-1);
        int batches = Value.size(Arrays.copyOf(a.dims(), a.rank() - 2));
        int others = Value.size(Arrays.copyOf(b.dims(), b.rank() - 2));
        if (b.dim(-2) != k || (others != batches && others != 1)) {
            throw new IllegalArgumentException(
                    "matrices " + Arrays.toString(a.dims()) + " and " + Arrays.toString(b.dims()) + " do not fit");
        }
        int[] dims = a.dims().clone();
        dims[dims.length - 1] = n;
        double[] out = new double[Value.size(dims)];
        for (int batch = 0; batch < batches; batch++) {
            int offsetB = others == 1 ? 0 : batch * k * n;
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int x = 0; x < k; x++) {
                        sum += a.data()[(batch * m + i) * k + x] * b.data()[offsetB + x * n + j];
                    }
                    out[(batch * m + i) * n + j] = (float) sum;
                }
            }
        }
        return Value.floats(out, dims);
    }

    /** Softmax over the last axis. */
    static Value softmax(Value x, int axis) {
        if (axis != -1 && axis != x.rank() - 1) {
            throw new IllegalArgumentException("a softmax over axis " + axis + " of " + x.rank() + " is not known there");
        }
        int width = x.dim(-1);
        double[] out = new double[x.data().length];
        for (int row = 0; row + width <= out.length && width > 0; row += width) {
            double most = Double.NEGATIVE_INFINITY;
            for (int i = row; i < row + width; i++) {
                most = Math.max(most, x.data()[i]);
            }
            double sum = 0;
            for (int i = row; i < row + width; i++) {
                out[i] = Math.exp(x.data()[i] - most);
                sum += out[i];
            }
            for (int i = row; i < row + width; i++) {
                out[i] = (float) (out[i] / sum);
            }
        }
        return Value.floats(out, x.dims());
    }

    /** Sum, mean, maximum or L2 norm over axes, all of them where none are named. */
    static Value reduce(Value x, String type, int @Nullable [] axes, boolean keep) {
        boolean[] gone = new boolean[x.rank()];
        if (axes == null) {
            Arrays.fill(gone, true);
        } else {
            for (int axis : axes) {
                gone[axis < 0 ? axis + x.rank() : axis] = true;
            }
        }
        int[] kept = x.dims().clone();
        int count = 1;
        for (int i = 0; i < kept.length; i++) {
            if (gone[i]) {
                count *= kept[i];
                kept[i] = 1;
            }
        }
        double[] out = new double[Value.size(kept)];
        Arrays.fill(out, type.equals("ReduceMax") ? Double.NEGATIVE_INFINITY : 0);
        int[] at = new int[x.rank()];
        for (double v : x.data()) {
            int p = 0;
            for (int i = 0; i < at.length; i++) {
                p = p * kept[i] + (gone[i] ? 0 : at[i]);
            }
            out[p] = switch (type) {
                case "ReduceMax" -> Math.max(out[p], v);
                case "ReduceL2" -> out[p] + v * v;
                default -> out[p] + v;
            };
            ProbeShapes.advance(at, x.dims());
        }
        for (int i = 0; i < out.length; i++) {
            double v = type.equals("ReduceMean") ? out[i] / count : type.equals("ReduceL2") ? Math.sqrt(out[i]) : out[i];
            out[i] = rounded(v, x.kind());
        }
        int[] dims = keep ? kept : new int[x.rank()];
        if (!keep) {
            int n = 0;
            for (int i = 0; i < gone.length; i++) {
                if (!gone[i]) {
                    dims[n++] = kept[i];
                }
            }
            dims = Arrays.copyOf(dims, n);
        }
        return new Value(dims, out, x.kind());
    }

    /** x times the standard normal distribution function. */
    static double gelu(double x) {
        return 0.5 * x * (1 + ErrorFunction.of(x / Math.sqrt(2)));
    }

    /** The usual approximation of {@link #gelu} by tanh. */
    static double geluTanh(double x) {
        return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
    }
}
