package io.github.embeddinglab.training.spi;

import io.github.embeddinglab.training.Tensor;
import java.nio.FloatBuffer;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Changes parameters along their gradients. Parameters are numbered in the order of their groups. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface Optimizer {
    /**
     * What the optimizer remembers of a parameter.
     *
     * @param mean of its gradients, of the parameter's shape
     * @param squares mean of their squares
     * @param steps that it was changed in
     */
    record Moments(Tensor mean, Tensor squares, int steps) {}

    /**
     * Makes one step. A parameter without a gradient stays as it is, its state too.
     *
     * @param learningRate at least 0
     */
    void step(double learningRate);

    /**
     * The state.
     *
     * @return one entry a parameter, in order; tensors that the next step changes
     */
    List<Moments> moments();

    /**
     * Puts a parameter's state back.
     *
     * @param parameter its number
     * @param mean as {@link #moments()} gave it, row-major
     * @param squares likewise
     * @param steps likewise
     */
    void restore(int parameter, FloatBuffer mean, FloatBuffer squares, int steps);
}
