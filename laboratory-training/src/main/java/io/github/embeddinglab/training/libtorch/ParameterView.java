package io.github.embeddinglab.training.libtorch;

import io.github.embeddinglab.training.spi.Precision;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How one thread sees the parameters, and in what precision it computes. A lane has a leaf of its own on the numbers of each, so that its gradients gather apart from
 * those of other lanes; the thread that opened the backend sees the parameters themselves.
 */
@SuppressWarnings("try") // scopes are closed, not read
final class ParameterView {
    /** A table has at least so many rows for each one that is looked up, where their gradients are kept row by row. */
    private static final long SPARSE = 2;

    private final boolean lane;
    private Precision precision = Precision.FLOAT32;
    /** Parameters whose rows' gradients are kept apart until the end of a backward pass. */
    private final Set<LibtorchParameter> tables = Collections.newSetFromMap(new IdentityHashMap<>());
    private final IdentityHashMap<LibtorchParameter, org.bytedeco.pytorch.Tensor> leaves = new IdentityHashMap<>();
    private final IdentityHashMap<LibtorchParameter, org.bytedeco.pytorch.Tensor> narrowed = new IdentityHashMap<>();

    /**
     * Makes a view.
     *
     * @param lane whether gradients gather apart
     */
    ParameterView(boolean lane) {
        this.lane = lane;
    }

    Precision precision() {
        return precision;
    }

    /** Computes in a precision until the scope closes. */
    TrainingBackend.Scope compute(Precision wanted) {
        Precision before = precision;
        precision = wanted;
        return () -> precision = before;
    }

    org.bytedeco.pytorch.Tensor of(LibtorchParameter parameter) {
        org.bytedeco.pytorch.Tensor stored = parameter.stored();
        if (!lane || !stored.requires_grad()) {
            return stored;
        }
        return leaves.computeIfAbsent(parameter, missing -> {
            org.bytedeco.pytorch.Tensor leaf = stored.detach();
            leaf.set_requires_grad(true);
            leaf.retainReference(); // beyond the scope of this pass
            return leaf;
        });
    }

    /**
     * Whether the gradient of some rows of a table is gathered row by row. A dense gradient of a table of words for each lookup is most of what
     * a small step takes.
     *
     * @param table a parameter
     * @param rows that are looked up, each as often as it is
     */
    boolean gathersRows(LibtorchParameter table, int rows) {
        org.bytedeco.pytorch.Tensor stored = table.stored();
        if (!stored.requires_grad() || !GradMode.is_enabled() || stored.size(0) < SPARSE * rows) {
            return false;
        }
        if (!lane) {
            tables.add(table);
        }
        return true;
    }

    /** After a backward pass: the gradients of rows are added to those of their tables. Lanes add theirs at their end. */
    void gatherRows() {
        try (PointerScope scope = new PointerScope()) {
            tables.forEach(LibtorchParameter::gatherRows);
        }
    }

    /** The cast of a parameter, kept beyond the scope that it was made in, until parameters may change. */
    org.bytedeco.pytorch.Tensor narrow(LibtorchParameter parameter) {
        return narrowed.computeIfAbsent(parameter, missing -> {
            org.bytedeco.pytorch.Tensor cast = of(parameter).to(ScalarType.BFloat16);
            cast.retainReference();
            return cast;
        });
    }

    /** Drops all casts: with them training would go on with the weights as they were when they were cast. */
    void forgetNarrowed() {
        narrowed.values().forEach(org.bytedeco.pytorch.Tensor::releaseReference);
        narrowed.clear();
    }

    /** Parameters that have a leaf of their own here. */
    Set<LibtorchParameter> seen() {
        return leaves.keySet();
    }

    /** Adds the gradient that gathered here to that of the parameter, and drops it. */
    void giveGradient(LibtorchParameter parameter) {
        org.bytedeco.pytorch.Tensor leaf = leaves.get(parameter);
        if (leaf == null || !leaf.grad().defined()) {
            return;
        }
        org.bytedeco.pytorch.Tensor gradient = leaf.grad();
        org.bytedeco.pytorch.Tensor sum = gradient.is_sparse() ? parameter.gathered() : parameter.stored().mutable_grad();
        if (sum.defined()) {
            sum.add_(gradient);
        } else {
            sum.put(gradient);
        }
        leaf.mutable_grad().reset();
    }

    /** Drops gradients of passes that failed. */
    void dropGradients() {
        try (PointerScope scope = new PointerScope()) {
            leaves.values().forEach(leaf -> leaf.mutable_grad().reset());
        }
    }

    void close() {
        forgetNarrowed();
        leaves.values().forEach(org.bytedeco.pytorch.Tensor::releaseReference);
        leaves.clear();
    }
}
