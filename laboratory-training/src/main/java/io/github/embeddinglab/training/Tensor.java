package io.github.embeddinglab.training;

import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * An array of numbers that remembers how it was computed, so that {@link #backward()} can give the derivative of a scalar
 * with respect to every parameter behind it. Losses and encoders are written on this interface once and run on every backend.
 *
 * <p>Shapes are lists of extents, outermost first; an axis counts from 0, or from the end when negative. Two operands of
 * arithmetic broadcast as in numpy: shapes are aligned at the end, and an extent of 1 is repeated. Operations give new
 * tensors, which live until the backend's scope closes. Operands must come from the same backend. Shapes that do not fit are
 * refused with {@link io.github.embeddinglab.api.InvalidInputException}.
 *
 * <p>Not safe for concurrent use. Comparisons are made on the host: {@link #values()} to arrays, arrays to a {@link Mask} or to
 * indices.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface Tensor {

    /**
     * Extents.
     *
     * @return a copy; empty for a scalar
     */
    int[] shape();

    /**
     * Reads the elements.
     *
     * @return a copy, row-major
     */
    double[] values();

    /**
     * Reads the elements in single precision.
     *
     * @return a copy, row-major
     */
    float[] toFloats();

    /**
     * Makes a constant of the same backend, into which no gradient flows.
     *
     * @param values row-major
     * @param shape extents with as many elements
     * @return the constant
     */
    Tensor constant(double[] values, int... shape);

    /**
     * Sum, broadcasting.
     *
     * @param other addend
     * @return {@code this + other}
     */
    Tensor add(Tensor other);

    /**
     * Difference, broadcasting.
     *
     * @param other subtrahend
     * @return {@code this - other}
     */
    Tensor subtract(Tensor other);

    /**
     * Product element by element, broadcasting.
     *
     * @param other factor
     * @return {@code this * other}
     */
    Tensor multiply(Tensor other);

    /**
     * Quotient element by element, broadcasting.
     *
     * @param other divisor
     * @return {@code this / other}
     */
    Tensor divide(Tensor other);

    /**
     * Adds a number.
     *
     * @param number addend
     * @return {@code this + number}
     */
    Tensor add(double number);

    /**
     * Multiplies by a number.
     *
     * @param number factor
     * @return {@code this * number}
     */
    Tensor multiply(double number);

    /**
     * Raises to a power. The derivative at 0 is infinite for exponents below 1.
     *
     * @param exponent fixed
     * @return {@code this ^ exponent}
     */
    Tensor pow(double exponent);

    /**
     * Exponential function.
     *
     * @return {@code e ^ this}
     */
    Tensor exp();

    /**
     * Natural logarithm.
     *
     * @return {@code ln this}
     */
    Tensor log();

    /**
     * Square root; its derivative at 0 is infinite.
     *
     * @return the root
     */
    Tensor sqrt();

    /**
     * Hyperbolic tangent.
     *
     * @return {@code tanh this}
     */
    Tensor tanh();

    /**
     * Logistic function.
     *
     * @return {@code 1 / (1 + exp(-this))}
     */
    Tensor sigmoid();

    /**
     * Rectifier; its derivative at 0 is taken as 0.
     *
     * @return {@code max(this, 0)}
     */
    Tensor relu();

    /**
     * Gaussian error linear unit, exact through erf (Hendrycks and Gimpel 2016).
     *
     * @return {@code this * Phi(this)}, Phi being the standard normal distribution function
     */
    Tensor gelu();

    /**
     * Softplus, in a form that neither overflows nor loses small values.
     *
     * @return {@code ln(1 + exp(this))}
     */
    Tensor softplus();

    /**
     * Absolute value; its derivative at 0 is taken as 0.
     *
     * @return {@code |this|}
     */
    Tensor abs();

    /**
     * Limits the elements; the derivative is 1 inside the limits and on them, 0 outside.
     *
     * @param low least value
     * @param high greatest value
     * @return {@code min(max(this, low), high)}
     */
    Tensor clamp(double low, double high);

    /**
     * Sums along an axis, which is kept with extent 1.
     *
     * @param axis the axis
     * @return sums
     */
    Tensor sum(int axis);

    /**
     * Sums all elements.
     *
     * @return a scalar
     */
    Tensor sum();

    /**
     * Means along an axis, which is kept with extent 1.
     *
     * @param axis the axis
     * @return means
     */
    Tensor mean(int axis);

    /**
     * Mean of all elements.
     *
     * @return a scalar
     */
    Tensor mean();

    /**
     * Greatest elements along an axis, which is kept with extent 1. The gradient goes to one of equal elements.
     *
     * @param axis the axis
     * @return maxima
     */
    Tensor max(int axis);

    /**
     * Shares along an axis.
     *
     * @param axis the axis
     * @return {@code exp(x) / sum exp(x)}
     */
    Tensor softmax(int axis);

    /**
     * Logarithm of {@link #softmax}, computed without its rounding.
     *
     * @param axis the axis
     * @return {@code x - ln sum exp(x)}
     */
    Tensor logSoftmax(int axis);

    /**
     * Logarithm of the sum of exponentials along an axis, which is kept with extent 1.
     *
     * @param axis the axis
     * @return {@code ln sum exp(x)}
     */
    Tensor logSumExp(int axis);

    /**
     * Divides by the L2 norm along an axis, the norm being at least 1e-12.
     *
     * @param axis the axis
     * @return vectors of length 1; a zero vector stays zero
     */
    Tensor normalise(int axis);

    /**
     * Matrix product over the last two axes; the axes before them broadcast.
     *
     * @param other (.. x m x p) for this (.. x n x m)
     * @return (.. x n x p)
     */
    Tensor matmul(Tensor other);

    /**
     * Affine map of the last axis.
     *
     * @param weight (out x in)
     * @param bias (out), null for none
     * @return {@code this * weight^T + bias}, (.. x out)
     */
    Tensor linear(Tensor weight, @Nullable Tensor bias);

    /**
     * Layer normalisation over the last axis (Ba, Kiros and Hinton 2016).
     *
     * @param weight (width)
     * @param bias (width), null for none
     * @param epsilon added to the variance
     * @return {@code (x - mean) / sqrt(variance + epsilon) * weight + bias}
     */
    Tensor layerNorm(Tensor weight, @Nullable Tensor bias, double epsilon);

    /**
     * Scaled dot-product attention (Vaswani et al. 2017), this being the queries (n x heads x t x s).
     *
     * @param key (n x heads x t x s)
     * @param value (n x heads x t x s)
     * @param bias added to the scores, broadcast to (n x heads x t x t); null for none
     * @return {@code softmax(q k^T / sqrt(s) + bias) v}, (n x heads x t x s)
     */
    Tensor attention(Tensor key, Tensor value, @Nullable Tensor bias);

    /**
     * Swaps two axes.
     *
     * @param first an axis
     * @param second another
     * @return the transposed tensor
     */
    Tensor transpose(int first, int second);

    /**
     * Gives the same elements in row-major order another shape.
     *
     * @param shape extents with as many elements
     * @return the reshaped tensor
     */
    Tensor reshape(int... shape);

    /**
     * Takes a range along an axis.
     *
     * @param axis the axis
     * @param start first index, from 0
     * @param length number of indices, at least 1
     * @return the part
     */
    Tensor narrow(int axis, int start, int length);

    /**
     * Cuts an axis into consecutive parts. One derivative of full size serves all of them, where each {@link #narrow} has its own.
     *
     * @param axis the axis
     * @param lengths of the parts, each at least 1, that sum to the extent
     * @return the parts in order
     */
    List<Tensor> split(int axis, int... lengths);

    /**
     * Takes entries along the first axis, each as often as it is named; a table lookup.
     *
     * @param rows indices, from 0
     * @return (rows.length x the other extents)
     */
    Tensor rows(int... rows);

    /**
     * Takes one element of each row of a matrix (n x m).
     *
     * @param columns n column indices, from 0
     * @return (n)
     */
    Tensor gather(int... columns);

    /**
     * Puts tensors behind this along an axis; the other extents are equal.
     *
     * @param others at least one
     * @param axis the axis
     * @return the joined tensor
     */
    Tensor concat(List<Tensor> others, int axis);

    /**
     * Puts tensors of this shape beside this along a new axis.
     *
     * @param others possibly none
     * @param axis where the new axis stands in the result, from 0
     * @return a tensor of one more axis, with extent {@code 1 + others.size()} there
     */
    Tensor stack(List<Tensor> others, int axis);

    /**
     * Overwrites masked elements, into which no gradient flows.
     *
     * @param mask broadcast to this shape
     * @param value written where the mask is set
     * @return the filled tensor
     */
    Tensor maskedFill(Mask mask, double value);

    /**
     * Drops elements by masks that depend on the seeds alone (Srivastava et al. 2014): element j of entry i along the first axis
     * is a function of (seeds[i], j), see {@link io.github.embeddinglab.training.spi.DropoutMask}.
     *
     * @param share of elements that become 0, from 0 to below 1; others are multiplied by {@code 1 / (1 - share)}
     * @param seeds one for each entry along the first axis
     * @return the thinned tensor
     */
    Tensor dropout(double share, long... seeds);

    /**
     * Forgets how the tensor was computed.
     *
     * @return the same elements as a constant
     */
    Tensor detach();

    /** Adds the derivative of this scalar to the gradient of every parameter behind it. */
    void backward();

    /**
     * What {@link #backward()} left in a parameter.
     *
     * @return the gradient, of this shape; null before the first
     */
    @Nullable Tensor gradient();

    /**
     * Extent of an axis.
     *
     * @param axis from 0, or from the end when negative
     * @return the extent
     */
    default int size(int axis) {
        int[] shape = shape();
        return shape[axis < 0 ? axis + shape.length : axis];
    }

    /**
     * Reads a scalar.
     *
     * @return its only element
     */
    default double item() {
        return values()[0];
    }

    /**
     * Changes the sign.
     *
     * @return {@code -this}
     */
    default Tensor negate() {
        return multiply(-1);
    }

    /**
     * Least elements along an axis, which is kept with extent 1.
     *
     * @param axis the axis
     * @return minima
     */
    default Tensor min(int axis) {
        return negate().max(axis).negate();
    }
}
