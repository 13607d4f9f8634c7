package io.github.embeddinglab.training.spi;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Arithmetic with derivatives. Tensors made inside a scope are freed when it closes, save parameters, which live until the
 * backend closes. Everything happens on one thread, the one that opened the backend, but for passes that run {@link #together}.
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
     * What results depend on to the last bit besides weights and inputs: threads, CPU features, versions.
     *
     * @return sorted names and values
     */
    SortedMap<String, String> facts();

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
     * Whether the machine computes fast in a precision; what it does not support it may still do, slowly.
     *
     * @param precision asked for
     * @return true always for single precision
     */
    default boolean supports(Precision precision) {
        return precision == Precision.FLOAT32;
    }

    /**
     * Runs what follows in a precision until the scope closes; it owns no tensors. Backward passes run in the precision of their
     * forward pass, whether the scope is open then or not.
     *
     * @param precision of affine maps and attention
     * @return the scope
     * @throws InvalidInputException when the backend does not compute in it
     */
    default Scope precision(Precision precision) {
        if (precision != Precision.FLOAT32) {
            throw new InvalidInputException(name() + " does not compute in " + precision + "; train in FLOAT32");
        }
        return () -> {};
    }

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
     * Makes a tensor that gathers gradients, and lives until the scope closes.
     *
     * @param constant its elements
     * @return a copy that the derivative of a scalar is taken for
     */
    Tensor leaf(Tensor constant);

    /**
     * Computes without derivatives; what is made on the way is freed.
     *
     * @param work that makes tensors
     * @return copies of them as leaves, which live until the caller's scope closes
     */
    default List<Tensor> leaves(Supplier<List<Tensor>> work) {
        return work.get().stream().map(this::leaf).toList();
    }

    /**
     * Says whether parameters gather gradients. Those that do not cost no backward pass.
     *
     * @param parameters of this backend
     * @param gather false to freeze them
     */
    void gather(List<Tensor> parameters, boolean gather);

    /**
     * Overwrites a parameter.
     *
     * @param parameter of this backend
     * @param values row-major; as many remain as the parameter has elements
     */
    void assign(Tensor parameter, FloatBuffer values);

    /**
     * The elements of a parameter, for a file.
     *
     * @param parameter of this backend
     * @return row-major little-endian floats, where possible no copy: read before the next step, and never after the backend closed
     */
    ByteBuffer bytes(Tensor parameter);

    /**
     * Drops the gradients of parameters.
     *
     * @param parameters of this backend
     */
    void clearGradients(List<Tensor> parameters);

    /** Gives memory that is free, but still held for reuse, back to the system. Results do not depend on it. */
    default void trim() {}

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

    /**
     * How many passes run side by side.
     *
     * @return at least 1
     */
    default int lanes() {
        return 1;
    }

    /**
     * Runs passes side by side where the backend can. A pass opens scopes of its own for precision and against derivatives; what it
     * reads of other passes are parameters and constants, and its tensors are read by others when all have ended. Gradients that
     * passes gathered are added to those of the parameters in the order of the passes.
     *
     * @param passes no more than {@link #lanes()}; the first fault is thrown when all have ended
     * @return what each gave, in the scope of the caller
     */
    default List<List<Tensor>> together(List<Supplier<List<Tensor>>> passes) {
        List<List<Tensor>> out = new ArrayList<>();
        passes.forEach(pass -> out.add(pass.get()));
        return out;
    }

    @Override
    void close();
}
