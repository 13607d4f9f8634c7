package io.github.embeddinglab.training.libtorch;

import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** A tensor that the backend owns and an optimizer changes. Each thread computes with it through its {@link ParameterView}. */
final class LibtorchParameter extends LibtorchTensor {
    /** Where gradients of a table's rows gather: made once, since to make it anew each time takes longer than to train the rows. */
    private org.bytedeco.pytorch.@Nullable Tensor rowGradient;

    LibtorchParameter(LibtorchBackend backend, org.bytedeco.pytorch.Tensor value) {
        super(backend, value);
    }

    @Override
    org.bytedeco.pytorch.Tensor value() {
        return backend().view().of(this);
    }

    @Override
    org.bytedeco.pytorch.Tensor narrow() {
        return backend().view().narrow(this);
    }

    @Override
    boolean gathersRows(int rows) {
        return backend().view().gathersRows(this, rows);
    }

    /** The gradient, to which those of single rows are added; zero where there is none yet. */
    org.bytedeco.pytorch.Tensor gathered() {
        org.bytedeco.pytorch.Tensor gradient = stored().mutable_grad();
        if (!gradient.defined()) {
            org.bytedeco.pytorch.Tensor zeros = rowGradient;
            if (zeros == null) {
                zeros = backend().own(torch.zeros_like(stored().detach()));
                rowGradient = zeros;
            }
            gradient.put(zeros);
        }
        return gradient;
    }

    /** Adds gradients of single rows, as a backward pass leaves them, to that of the table. */
    void gatherRows() {
        org.bytedeco.pytorch.Tensor gradient = stored().mutable_grad();
        if (gradient.defined() && gradient.is_sparse()) {
            org.bytedeco.pytorch.Tensor rows = new org.bytedeco.pytorch.Tensor(gradient);
            gradient.reset();
            gathered().add_(rows);
        }
    }

    @Override
    void clearGradient() {
        if (rowGradient != null && stored().mutable_grad().defined()) {
            rowGradient.zero_();
        }
        super.clearGradient();
    }
}
