package io.github.embeddinglab.training.libtorch;

import io.github.embeddinglab.training.spi.Precision;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.IdentityHashMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How one thread sees the parameters, and in what precision it computes. A lane has a leaf of its own on the numbers of each, so that its gradients gather apart from
 * those of other lanes; the thread that opened the backend sees the parameters themselves.
 */
@SuppressWarnings("try") // scopes are closed, not read
final class ParameterView {
    private final boolean lane;
    private Precision precision = Precision.FLOAT32;
    private final IdentityHashMap<LibtorchTensor, org.bytedeco.pytorch.Tensor> leaves = new IdentityHashMap<>();
    private final IdentityHashMap<LibtorchTensor, org.bytedeco.pytorch.Tensor> narrowed = new IdentityHashMap<>();

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

    org.bytedeco.pytorch.Tensor of(LibtorchTensor parameter) {
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

    /** The cast of a parameter, kept beyond the scope that it was made in, until parameters may change. */
    org.bytedeco.pytorch.Tensor narrow(LibtorchTensor parameter) {
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

    /** Adds the gradients that gathered here to those of the parameters, and drops them. */
    void giveGradients() {
        leaves.forEach((parameter, leaf) -> {
            try (PointerScope scope = new PointerScope()) {
                org.bytedeco.pytorch.Tensor gradient = leaf.grad();
                if (gradient.defined()) {
                    org.bytedeco.pytorch.Tensor sum = parameter.stored().mutable_grad();
                    if (sum.defined()) {
                        sum.add_(gradient);
                    } else {
                        sum.put(gradient);
                    }
                    leaf.mutable_grad().reset();
                }
            }
        });
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
