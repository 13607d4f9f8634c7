package io.github.embeddinglab.training.spi;

import io.github.embeddinglab.training.Tensor;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Arithmetic with derivatives. Tensors made inside a scope are freed when it closes, save parameters, which live until the
 * backend closes. Everything happens on one thread: the one that opened the backend.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface TrainingBackend extends AutoCloseable {

    /** Owns the tensors made since it was opened; scopes nest. */
    interface Scope extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * What computes.
     *
     * @return a short name
     */
    String name();

    /**
     * Opens a scope.
     *
     * @return the scope; close it on the same thread
     */
    Scope scope();

    /**
     * Switches the recording of derivatives off until the scope closes; tensors made meanwhile are freed with it.
     *
     * @return the scope
     */
    Scope withoutGradients();

    /**
     * Makes a constant.
     *
     * @param values row-major
     * @param shape extents with as many elements
     * @return the tensor
     */
    Tensor constant(float[] values, int... shape);

    /**
     * Makes a tensor that gathers gradients and that an optimizer changes.
     *
     * @param values row-major
     * @param shape extents with as many elements
     * @return the parameter, owned by the backend
     */
    Tensor parameter(float[] values, int... shape);

    /**
     * Drops the gradients of parameters.
     *
     * @param parameters of this backend
     */
    void clearGradients(List<Tensor> parameters);

    /**
     * Scales all gradients by {@code maxNorm / (norm + 1e-6)} where their common L2 norm is greater (Pascanu et al. 2013), as
     * torch does.
     *
     * @param parameters of this backend; those without a gradient do not count
     * @param maxNorm the limit, above 0; infinite to measure only
     * @return the norm before
     */
    double clipGradients(List<Tensor> parameters, double maxNorm);

    /**
     * Makes an AdamW optimizer (Loshchilov and Hutter 2019).
     *
     * @param groups parameters with their weight decay
     * @param settings decay rates and epsilon
     * @return the optimizer, with empty state
     */
    Optimizer adamW(List<ParameterGroup> groups, AdamWSettings settings);

    @Override
    void close();
}
