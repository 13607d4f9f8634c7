package io.github.embeddinglab.training;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.spi.DropoutMask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Double precision in plain Java with reverse-mode derivatives. Made to be read, not to be fast: what can be composed of
 * simpler operations is, so that a fused native operation is compared with its definition.
 */
final class ReferenceTensor implements Tensor {
    private final int[] shape;
    final double[] data;
    private final List<ReferenceTensor> parents;
    /** Given the derivative with respect to this, adds to the parents' derivatives. */
    private final @Nullable Consumer<double[]> pull;
    private boolean parameter;
    private double @Nullable [] derivative;
    private double @Nullable [] gradient;

    private ReferenceTensor(double[] data, int[] shape, List<ReferenceTensor> parents, @Nullable Consumer<double[]> pull, boolean parameter) {
        if (Strided.count(shape) != data.length) {
            throw new InvalidInputException(data.length + " values do not have the shape " + Arrays.toString(shape));
        }
        this.data = data;
        this.shape = shape.clone();
        this.parents = parents;
        this.pull = pull;
        this.parameter = parameter;
    }

    static ReferenceTensor constantOf(double[] data, int... shape) {
        return new ReferenceTensor(data, shape, List.of(), null, false);
    }

    static ReferenceTensor parameterOf(double[] data, int... shape) {
        return new ReferenceTensor(data, shape, List.of(), null, true);
    }

    double @Nullable [] gradientArray() {
        return gradient;
    }

    void gather(boolean wanted) {
        parameter = wanted;
    }

    void clearGradient() {
        gradient = null;
    }

    private static ReferenceTensor of(Tensor tensor) {
        return (ReferenceTensor) tensor;
    }

    private double[] pulled() {
        double[] d = derivative;
        if (d == null) {
            d = new double[data.length];
            derivative = d;
        }
        return d;
    }

    private ReferenceTensor unary(DoubleUnaryOperator f, DoubleBinaryOperator derivativeOfXAndY) {
        double[] out = Arrays.stream(data).map(f).toArray();
        return new ReferenceTensor(out, shape, List.of(this), up -> {
            double[] to = pulled();
            for (int i = 0; i < to.length; i++) {
                to[i] += up[i] * derivativeOfXAndY.applyAsDouble(data[i], out[i]);
            }
        }, false);
    }

    private ReferenceTensor binary(Tensor second, DoubleBinaryOperator f, DoubleBinaryOperator byFirst, DoubleBinaryOperator bySecond) {
        ReferenceTensor other = of(second);
        int[] to = Strided.broadcast(shape, other.shape);
        int[] a = Strided.source(shape, to);
        int[] b = Strided.source(other.shape, to);
        double[] out = new double[a.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = f.applyAsDouble(data[a[i]], other.data[b[i]]);
        }
        return new ReferenceTensor(out, to, List.of(this, other), up -> {
            double[] x = pulled();
            double[] y = other.pulled();
            for (int i = 0; i < up.length; i++) {
                x[a[i]] += up[i] * byFirst.applyAsDouble(data[a[i]], other.data[b[i]]);
                y[b[i]] += up[i] * bySecond.applyAsDouble(data[a[i]], other.data[b[i]]);
            }
        }, false);
    }

    /** Elements picked by index: {@code out[i] = data[from[i]]}, or a number where {@code from[i]} is negative. */
    private ReferenceTensor picked(int[] from, double otherwise, int... to) {
        double[] out = new double[from.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = from[i] < 0 ? otherwise : data[from[i]];
        }
        return new ReferenceTensor(out, to, List.of(this), up -> {
            double[] x = pulled();
            for (int i = 0; i < up.length; i++) {
                if (from[i] >= 0) {
                    x[from[i]] += up[i];
                }
            }
        }, false);
    }

    @Override
    public int[] shape() {
        return shape.clone();
    }

    @Override
    public double[] values() {
        return data.clone();
    }

    @Override
    public float[] toFloats() {
        float[] out = new float[data.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) data[i];
        }
        return out;
    }

    @Override
    public Tensor constant(double[] values, int... extents) {
        return constantOf(values.clone(), extents);
    }

    @Override
    public Tensor add(Tensor other) {
        return binary(other, Double::sum, (x, y) -> 1, (x, y) -> 1);
    }

    @Override
    public Tensor subtract(Tensor other) {
        return binary(other, (x, y) -> x - y, (x, y) -> 1, (x, y) -> -1);
    }

    @Override
    public Tensor multiply(Tensor other) {
        return binary(other, (x, y) -> x * y, (x, y) -> y, (x, y) -> x);
    }

    @Override
    public Tensor divide(Tensor other) {
        return binary(other, (x, y) -> x / y, (x, y) -> 1 / y, (x, y) -> -x / (y * y));
    }

    @Override
    public Tensor add(double number) {
        return unary(x -> x + number, (x, y) -> 1);
    }

    @Override
    public Tensor multiply(double number) {
        return unary(x -> x * number, (x, y) -> number);
    }

    @Override
    public Tensor pow(double exponent) {
        return unary(x -> Math.pow(x, exponent), (x, y) -> exponent * Math.pow(x, exponent - 1));
    }

    @Override
    public Tensor exp() {
        return unary(Math::exp, (x, y) -> y);
    }

    @Override
    public Tensor log() {
        return unary(Math::log, (x, y) -> 1 / x);
    }

    @Override
    public Tensor sqrt() {
        return unary(Math::sqrt, (x, y) -> 0.5 / y);
    }

    @Override
    public Tensor tanh() {
        return unary(Math::tanh, (x, y) -> 1 - y * y);
    }

    @Override
    public Tensor sigmoid() {
        return unary(ReferenceTensor::logistic, (x, y) -> y * (1 - y));
    }

    private static double logistic(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    @Override
    public Tensor relu() {
        return unary(x -> Math.max(x, 0), (x, y) -> x > 0 ? 1 : 0);
    }

    @Override
    public Tensor gelu() {
        return unary(
                x -> x * NormalDistribution.below(x), (x, y) -> NormalDistribution.below(x) + x * NormalDistribution.density(x));
    }

    @Override
    public Tensor softplus() {
        return unary(x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), (x, y) -> logistic(x));
    }

    @Override
    public Tensor abs() {
        return unary(Math::abs, (x, y) -> Math.signum(x));
    }

    @Override
    public Tensor clamp(double low, double high) {
        return unary(x -> Math.min(Math.max(x, low), high), (x, y) -> x >= low && x <= high ? 1 : 0);
    }

    @Override
    public Tensor sum(int axis) {
        int[] to = shape.clone();
        to[Strided.axis(axis, shape)] = 1;
        int[] at = Strided.source(to, shape);
        double[] out = new double[Strided.count(to)];
        for (int i = 0; i < data.length; i++) {
            out[at[i]] += data[i];
        }
        return new ReferenceTensor(out, to, List.of(this), up -> {
            double[] x = pulled();
            for (int i = 0; i < x.length; i++) {
                x[i] += up[at[i]];
            }
        }, false);
    }

    @Override
    public Tensor sum() {
        return of(reshape(data.length).sum(0)).reshape();
    }

    @Override
    public Tensor mean(int axis) {
        return sum(axis).multiply(1.0 / size(axis));
    }

    @Override
    public Tensor mean() {
        return sum().multiply(1.0 / data.length);
    }

    @Override
    public Tensor max(int axis) {
        int[] to = shape.clone();
        to[Strided.axis(axis, shape)] = 1;
        int[] at = Strided.source(to, shape);
        int[] best = new int[Strided.count(to)];
        Arrays.fill(best, -1);
        for (int i = 0; i < data.length; i++) {
            if (best[at[i]] < 0 || data[i] > data[best[at[i]]]) {
                best[at[i]] = i;
            }
        }
        return picked(best, 0, to);
    }

    @Override
    public Tensor softmax(int axis) {
        return logSoftmax(axis).exp();
    }

    @Override
    public Tensor logSoftmax(int axis) {
        return subtract(logSumExp(axis));
    }

    @Override
    public Tensor logSumExp(int axis) {
        Tensor top = max(axis).detach();
        return subtract(top).exp().sum(axis).log().add(top);
    }

    @Override
    public Tensor normalise(int axis) {
        return divide(multiply(this).sum(axis).clamp(1e-24, Double.POSITIVE_INFINITY).sqrt());
    }

    @Override
    public Tensor matmul(Tensor other) {
        int rank = shape.length;
        int[] with = other.shape();
        if (rank < 2 || with.length < 2 || shape[rank - 1] != with[with.length - 2]) {
            throw new InvalidInputException("matrices " + Arrays.toString(shape) + " and " + Arrays.toString(with) + " cannot be multiplied");
        }
        int[] left = Arrays.copyOf(shape, rank + 1);
        left[rank] = 1;
        int[] right = new int[with.length + 1];
        System.arraycopy(with, 0, right, 0, with.length - 2);
        right[with.length - 2] = 1;
        right[with.length - 1] = with[with.length - 2];
        right[with.length] = with[with.length - 1];
        ReferenceTensor summed = of(reshape(left).multiply(other.reshape(right)).sum(-2));
        int[] to = new int[summed.shape.length - 1];
        System.arraycopy(summed.shape, 0, to, 0, to.length - 1);
        to[to.length - 1] = summed.shape[to.length];
        return summed.reshape(to);
    }

    @Override
    public Tensor linear(Tensor weight, @Nullable Tensor bias) {
        Tensor product = matmul(weight.transpose(0, 1));
        return bias == null ? product : product.add(bias);
    }

    @Override
    public Tensor layerNorm(Tensor weight, @Nullable Tensor bias, double epsilon) {
        Tensor centred = subtract(mean(-1));
        Tensor scaled = centred.divide(centred.multiply(centred).mean(-1).add(epsilon).sqrt()).multiply(weight);
        return bias == null ? scaled : scaled.add(bias);
    }

    @Override
    public Tensor attention(Tensor key, Tensor value, @Nullable Tensor bias) {
        Tensor scores = matmul(key.transpose(-2, -1)).multiply(1 / Math.sqrt(size(-1)));
        return (bias == null ? scores : scores.add(bias)).softmax(-1).matmul(value);
    }

    @Override
    public Tensor transpose(int first, int second) {
        int a = Strided.axis(first, shape);
        int b = Strided.axis(second, shape);
        int[] to = shape.clone();
        int[] strides = Strided.strides(shape);
        to[a] = shape[b];
        to[b] = shape[a];
        int stride = strides[a];
        strides[a] = strides[b];
        strides[b] = stride;
        return picked(Strided.walk(to, strides), 0, to);
    }

    @Override
    public Tensor reshape(int... to) {
        return new ReferenceTensor(data, to, List.of(this), up -> {
            double[] x = pulled();
            for (int i = 0; i < x.length; i++) {
                x[i] += up[i];
            }
        }, false);
    }

    @Override
    public Tensor narrow(int axis, int start, int length) {
        int at = Strided.axis(axis, shape);
        if (start < 0 || length < 1 || start + length > shape[at]) {
            throw new InvalidInputException("range " + start + " + " + length + " of axis " + axis + " of " + Arrays.toString(shape));
        }
        int[] to = shape.clone();
        to[at] = length;
        int[] strides = Strided.strides(shape);
        int[] from = Strided.walk(to, strides);
        for (int i = 0; i < from.length; i++) {
            from[i] += start * strides[at];
        }
        return picked(from, 0, to);
    }

    @Override
    public Tensor rows(int... rows) {
        int width = data.length / shape[0];
        int[] from = new int[rows.length * width];
        for (int i = 0; i < from.length; i++) {
            int row = rows[i / width];
            if (row < 0 || row >= shape[0]) {
                throw new InvalidInputException("row " + row + " of " + shape[0]);
            }
            from[i] = row * width + i % width;
        }
        int[] to = shape.clone();
        to[0] = rows.length;
        return picked(from, 0, to);
    }

    @Override
    public Tensor gather(int... columns) {
        int[] from = new int[columns.length];
        for (int i = 0; i < from.length; i++) {
            from[i] = i * shape[1] + columns[i];
        }
        return picked(from, 0, columns.length);
    }

    @Override
    public Tensor concat(List<Tensor> others, int axis) {
        int at = Strided.axis(axis, shape);
        List<ReferenceTensor> all = new ArrayList<>(List.of(this));
        others.forEach(other -> all.add(of(other)));
        int[] to = shape.clone();
        to[at] = all.stream().mapToInt(t -> t.shape[at]).sum();
        double[] out = new double[Strided.count(to)];
        int[] strides = Strided.strides(to);
        List<int[]> places = new ArrayList<>();
        int start = 0;
        for (ReferenceTensor part : all) {
            int[] place = Strided.walk(part.shape, strides);
            for (int i = 0; i < place.length; i++) {
                place[i] += start * strides[at];
                out[place[i]] = part.data[i];
            }
            places.add(place);
            start += part.shape[at];
        }
        return new ReferenceTensor(out, to, List.copyOf(all), up -> {
            for (int p = 0; p < all.size(); p++) {
                double[] x = all.get(p).pulled();
                int[] place = places.get(p);
                for (int i = 0; i < x.length; i++) {
                    x[i] += up[place[i]];
                }
            }
        }, false);
    }

    @Override
    public Tensor stack(List<Tensor> others, int axis) {
        int[] one = new int[shape.length + 1];
        System.arraycopy(shape, 0, one, 0, axis);
        one[axis] = 1;
        System.arraycopy(shape, axis, one, axis + 1, shape.length - axis);
        return reshape(one).concat(others.stream().map(other -> other.reshape(one)).toList(), axis);
    }

    @Override
    public Tensor maskedFill(Mask mask, double value) {
        boolean[] set = mask.toArray();
        int[] at = Strided.source(mask.shape(), shape);
        int[] from = new int[data.length];
        for (int i = 0; i < from.length; i++) {
            from[i] = set[at[i]] ? -1 : i;
        }
        return picked(from, value, shape);
    }

    @Override
    public Tensor dropout(double share, long... seeds) {
        DropoutMask mask = DropoutMask.of(share);
        int width = data.length / seeds.length;
        double[] factors = new double[data.length];
        for (int i = 0; i < seeds.length; i++) {
            float[] row = mask.factors(seeds[i], width);
            for (int j = 0; j < width; j++) {
                factors[i * width + j] = row[j] == 0 ? 0 : 1 / (1 - share);
            }
        }
        return multiply(constant(factors, shape));
    }

    @Override
    public List<Tensor> split(int axis, int... lengths) {
        List<Tensor> out = new ArrayList<>();
        int start = 0;
        for (int length : lengths) {
            out.add(narrow(axis, start, length));
            start += length;
        }
        if (start != size(axis)) {
            throw new InvalidInputException("parts " + Arrays.toString(lengths) + " of axis " + axis + " of " + Arrays.toString(shape));
        }
        return out;
    }

    @Override
    public Tensor detach() {
        return constantOf(data.clone(), shape);
    }

    @Override
    public void backward() {
        if (data.length != 1) {
            throw new InvalidInputException("backward of shape " + Arrays.toString(shape));
        }
        List<ReferenceTensor> order = new ArrayList<>();
        visit(this, order, new IdentityHashMap<>());
        order.forEach(t -> t.derivative = null);
        pulled()[0] = 1;
        for (int i = order.size() - 1; i >= 0; i--) {
            order.get(i).flow();
        }
    }

    private void flow() {
        double[] d = pulled();
        if (pull != null) {
            pull.accept(d);
        }
        if (parameter) {
            double[] g = gradient == null ? new double[d.length] : gradient;
            for (int i = 0; i < g.length; i++) {
                g[i] += d[i];
            }
            gradient = g;
        }
        derivative = null;
    }

    private static void visit(ReferenceTensor tensor, List<ReferenceTensor> order, Map<ReferenceTensor, Boolean> seen) {
        if (seen.put(tensor, true) == null) {
            tensor.parents.forEach(parent -> visit(parent, order, seen));
            order.add(tensor);
        }
    }

    @Override
    public @Nullable Tensor gradient() {
        double[] g = gradient;
        return g == null ? null : constantOf(g.clone(), shape);
    }
}
