package io.github.embeddinglab.training.libtorch;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.Mask;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.spi.DropoutMask;
import io.github.embeddinglab.training.spi.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NormalizeFuncOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** A tensor of libtorch. What it points to is freed by the scope that it was made in; {@link LibtorchParameter} outlives it. */
@SuppressWarnings("try") // scopes are closed, not read
class LibtorchTensor implements Tensor {
    /** Factors of dropout that are copied to native memory at a time. */
    private static final int COPIED = 1 << 16;

    private final LibtorchBackend backend;
    private final org.bytedeco.pytorch.Tensor stored;
    /** In bfloat16, kept since one input feeds several products. */
    private org.bytedeco.pytorch.@Nullable Tensor narrow;

    LibtorchTensor(LibtorchBackend backend, org.bytedeco.pytorch.Tensor value) {
        this.backend = backend;
        this.stored = value;
    }

    final LibtorchBackend backend() {
        return backend;
    }

    /** The numbers as this thread sees them. */
    org.bytedeco.pytorch.Tensor value() {
        return stored;
    }

    /** The numbers themselves. */
    final org.bytedeco.pytorch.Tensor stored() {
        return stored;
    }

    /** Drops the gradient. */
    void clearGradient() {
        stored.mutable_grad().reset();
    }

    /**
     * Whether the gradient of some rows of this table is kept row by row on the way back.
     *
     * @param rows that are looked up, each as often as it is
     */
    boolean gathersRows(int rows) {
        return false;
    }

    static org.bytedeco.pytorch.Tensor of(Tensor tensor) {
        if (tensor instanceof LibtorchTensor own) {
            return own.value();
        }
        throw new InvalidInputException("a tensor of " + tensor.getClass().getSimpleName()
                + " was mixed with those of libtorch; make all tensors with one backend");
    }


    /** Runs a native operation; without a scope its result would live until the collector runs, long after memory is gone. */
    private LibtorchTensor wrap(Supplier<org.bytedeco.pytorch.Tensor> operation) {
        return compute(backend, operation);
    }

    static LibtorchTensor compute(LibtorchBackend backend, Supplier<org.bytedeco.pytorch.Tensor> operation) {
        if (PointerScope.getInnerScope() == null) {
            throw new InvalidInputException("tensors of libtorch were computed outside a scope; open one with TrainingBackend.scope()");
        }
        try {
            return new LibtorchTensor(backend, operation.get());
        } catch (RuntimeException e) {
            String message = String.valueOf(e.getMessage());
            throw new InvalidInputException("libtorch refused an operation: " + message.lines().findFirst().orElse("")
                    + "; check the shapes of its operands", e);
        }
    }

    /** In single precision. */
    private org.bytedeco.pytorch.Tensor wide() {
        return value().scalar_type() == ScalarType.BFloat16 ? value().to(ScalarType.Float) : value();
    }

    /** In bfloat16. */
    org.bytedeco.pytorch.Tensor narrow() {
        if (stored.scalar_type() == ScalarType.BFloat16) {
            return stored;
        }
        org.bytedeco.pytorch.Tensor kept = narrow;
        // a scope inside ours frees what it made, and a cast made without gradients would end the way back
        if (kept == null || kept.isNull() || (stored.requires_grad() && !kept.requires_grad() && GradMode.is_enabled())) {
            kept = stored.to(ScalarType.BFloat16);
            narrow = kept;
        }
        return kept;
    }

    static LibtorchTensor own(Tensor tensor) {
        of(tensor);
        return (LibtorchTensor) tensor;
    }

    private static Scalar scalar(double number) {
        return new Scalar(number);
    }

    private static long[] longs(int... numbers) {
        return Arrays.stream(numbers).asLongStream().toArray();
    }

    private static TensorOptional optional(@Nullable Tensor tensor) {
        return tensor == null ? new TensorOptional() : new TensorOptional(of(tensor));
    }

    private TensorVector with(List<Tensor> others) {
        List<org.bytedeco.pytorch.Tensor> all = new ArrayList<>();
        all.add(value());
        others.forEach(other -> all.add(of(other)));
        return new TensorVector(all.toArray(new org.bytedeco.pytorch.Tensor[0]));
    }


    @Override
    public int[] shape() {
        return Arrays.stream(value().shape()).mapToInt(Math::toIntExact).toArray();
    }

    @Override
    public float[] toFloats() {
        float[] out = new float[Math.toIntExact(value().numel())];
        try (PointerScope scope = new PointerScope()) {
            org.bytedeco.pytorch.Tensor made = wide().detach();
            (backend.gpu() ? made.cpu() : made).contiguous().data_ptr_float().get(out);
        }
        return out;
    }

    @Override
    public double[] values() {
        float[] floats = toFloats();
        double[] out = new double[floats.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = floats[i];
        }
        return out;
    }

    @Override
    public Tensor constant(double[] values, int... shape) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return backend.constant(floats, shape);
    }

    @Override
    public Tensor add(Tensor other) {
        return wrap(() -> value().add(of(other)));
    }

    @Override
    public Tensor subtract(Tensor other) {
        return wrap(() -> value().sub(of(other)));
    }

    @Override
    public Tensor multiply(Tensor other) {
        return wrap(() -> value().mul(of(other)));
    }

    @Override
    public Tensor divide(Tensor other) {
        return wrap(() -> value().div(of(other)));
    }

    @Override
    public Tensor add(double number) {
        return wrap(() -> value().add(scalar(number)));
    }

    @Override
    public Tensor multiply(double number) {
        return wrap(() -> value().mul(scalar(number)));
    }

    @Override
    public Tensor pow(double exponent) {
        return wrap(() -> wide().pow(scalar(exponent)));
    }

    @Override
    public Tensor exp() {
        return wrap(() -> wide().exp());
    }

    @Override
    public Tensor log() {
        return wrap(() -> wide().log());
    }

    @Override
    public Tensor sqrt() {
        return wrap(() -> wide().sqrt());
    }

    @Override
    public Tensor tanh() {
        return wrap(value()::tanh);
    }

    @Override
    public Tensor sigmoid() {
        return wrap(value()::sigmoid);
    }

    @Override
    public Tensor relu() {
        return wrap(value()::relu);
    }

    @Override
    public Tensor gelu() {
        return wrap(() -> torch.gelu(value()));
    }

    @Override
    public Tensor softplus() {
        return wrap(() -> torch.softplus(value()));
    }

    @Override
    public Tensor abs() {
        return wrap(value()::abs);
    }

    @Override
    public Tensor clamp(double low, double high) {
        return wrap(() -> value().clamp(new ScalarOptional(scalar(low)), new ScalarOptional(scalar(high))));
    }

    @Override
    public Tensor sum(int axis) {
        return wrap(() -> wide().sum(new long[] {axis}, true, null));
    }

    @Override
    public Tensor sum() {
        return wrap(() -> wide().sum());
    }

    @Override
    public Tensor mean(int axis) {
        return wrap(() -> wide().mean(new long[] {axis}, true, null));
    }

    @Override
    public Tensor mean() {
        return wrap(() -> wide().mean());
    }

    @Override
    public Tensor max(int axis) {
        return wrap(() -> value().max(axis, true).get0());
    }

    @Override
    public Tensor softmax(int axis) {
        return wrap(() -> wide().softmax(axis));
    }

    @Override
    public Tensor logSoftmax(int axis) {
        return wrap(() -> wide().log_softmax(axis));
    }

    @Override
    public Tensor logSumExp(int axis) {
        return wrap(() -> torch.logsumexp(wide(), new long[] {axis}, true));
    }

    @Override
    public Tensor normalise(int axis) {
        return wrap(() -> {
            NormalizeFuncOptions options = new NormalizeFuncOptions();
            options.p().put(2);
            options.dim().put(axis);
            return torch.normalize(wide(), options);
        });
    }

    @Override
    public Tensor matmul(Tensor other) {
        return wrap(() -> value().matmul(of(other)));
    }

    @Override
    public Tensor linear(Tensor weight, @Nullable Tensor bias) {
        if (backend.precision() == Precision.FLOAT32) {
            return wrap(() -> torch.linear(wide(), of(weight), optional(bias)));
        }
        return wrap(() -> torch.linear(
                narrow(), own(weight).narrow(), bias == null ? new TensorOptional() : new TensorOptional(own(bias).narrow())));
    }

    @Override
    public Tensor layerNorm(Tensor weight, @Nullable Tensor bias, double epsilon) {
        return wrap(() -> torch.layer_norm(
                wide(), new long[] {value().size(-1)}, optional(weight), optional(bias), epsilon, false));
    }

    @Override
    public Tensor attention(Tensor key, Tensor val, @Nullable Tensor bias) {
        if (backend.precision() == Precision.FLOAT32 && value().scalar_type() != ScalarType.BFloat16) {
            return wrap(() -> torch.scaled_dot_product_attention(
                    value(), of(key), of(val), optional(bias), 0, false, new DoubleOptional(), false));
        }
        return wrap(() -> {
            org.bytedeco.pytorch.Tensor scores =
                    narrow().matmul(own(key).narrow().transpose(-2, -1)).to(ScalarType.Float).mul(scalar(1 / Math.sqrt((double) value().size(-1))));
            org.bytedeco.pytorch.Tensor shares = (bias == null ? scores : scores.add(of(bias))).softmax(-1);
            return shares.to(ScalarType.BFloat16).matmul(own(val).narrow());
        });
    }

    @Override
    public Tensor transpose(int first, int second) {
        return wrap(() -> value().transpose(first, second));
    }

    @Override
    public Tensor reshape(int... shape) {
        return wrap(() -> value().reshape(longs(shape)));
    }

    @Override
    public Tensor narrow(int axis, int start, int length) {
        return wrap(() -> value().narrow(axis, start, length));
    }

    @Override
    public Tensor rows(int... rows) {
        return wrap(() -> {
            var index = backend.placed(org.bytedeco.pytorch.Tensor.create(longs(rows), rows.length));
            return value().dim() == 2
                    ? torch.embedding(value(), index, -1, false, gathersRows(rows.length))
                    : torch.index_select(value(), 0, index);
        });
    }

    @Override
    public Tensor gather(int... columns) {
        return wrap(() -> {
            var index = backend.placed(org.bytedeco.pytorch.Tensor.create(longs(columns), columns.length, 1L));
            return torch.gather(value(), 1, index).reshape(columns.length);
        });
    }

    @Override
    public Tensor concat(List<Tensor> others, int axis) {
        return wrap(() -> torch.cat(with(others), axis));
    }

    @Override
    public Tensor stack(List<Tensor> others, int axis) {
        return wrap(() -> torch.stack(with(others), axis));
    }

    @Override
    public Tensor maskedFill(Mask mask, double number) {
        return wrap(() -> value().masked_fill(
                backend.placed(org.bytedeco.pytorch.Tensor.create(mask.toArray(), longs(mask.shape()))), scalar(number)));
    }

    @Override
    public Tensor dropout(double share, long... seeds) {
        DropoutMask mask = DropoutMask.of(share);
        if (value().dim() == 0 || value().size(0) != seeds.length) {
            throw new InvalidInputException(seeds.length + " seeds for dropout of shape " + Arrays.toString(shape())
                    + "; give one for each entry along the first axis");
        }
        return wrap(() -> {
            org.bytedeco.pytorch.Tensor factors = torch.empty(value().shape());
            int count = Math.toIntExact(value().numel() / seeds.length);
            try (PointerScope scope = new PointerScope()) {
                IntPointer target = new IntPointer(factors.data_ptr_float());
                int together = Math.max(1, Math.min(seeds.length, COPIED / Math.max(1, count)));
                int[] rows = new int[together * count];
                for (int first = 0; first < seeds.length; first += together) {
                    int taken = Math.min(together, seeds.length - first);
                    for (int i = 0; i < taken; i++) {
                        mask.bits(seeds[first + i], rows, i * count, count);
                    }
                    target.position((long) first * count).put(rows, 0, taken * count);
                }
            }
            return value().mul(backend.placed(factors));
        });
    }

    @Override
    public List<Tensor> split(int axis, int... lengths) {
        List<Tensor> out = new ArrayList<>();
        wrap(() -> {
            TensorVector parts = torch.split(value(), longs(lengths), axis);
            for (int i = 0; i < parts.size(); i++) {
                out.add(new LibtorchTensor(backend, parts.get(i)));
            }
            return value();
        });
        return out;
    }

    @Override
    public Tensor detach() {
        return wrap(value()::detach);
    }

    @Override
    public void backward() {
        if (value().numel() != 1) {
            throw new InvalidInputException("backward of a tensor of shape " + Arrays.toString(shape()) + "; take its sum or mean first");
        }
        try {
            value().backward();
            backend.view().gatherRows();
        } catch (RuntimeException e) {
            throw new InvalidInputException("libtorch refused the backward pass: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse("") + "; compute the loss from parameters", e);
        }
    }

    @Override
    public @Nullable Tensor gradient() {
        org.bytedeco.pytorch.Tensor gradient = value().grad();
        return gradient.defined() ? new LibtorchTensor(backend, gradient) : null;
    }

    @Override
    public String toString() {
        return "LibtorchTensor" + Arrays.toString(shape());
    }
}
