package io.github.embeddinglab.training.engine;

import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.spi.Precision;
import java.util.Arrays;
import java.util.Collection;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Native memory of a training step, estimated before it starts.
 *
 * <p>Weights take 4 bytes, and 12 more where they are trained (gradient and two moments), and 4 for each lane of the backend. A layer keeps for the backward pass, for
 * each token, the queries, keys and values, the heads' output and its merged copy, and behind each of the two sums the mask of
 * dropout, the sum and its normalisation, {@code 11 h} floats, and the inside of its feed-forward part before and behind the
 * activation, {@code 2 m} (four times m where it is gated). In bfloat16 the products' outputs are half as wide, but softmax is
 * kept with its cast: {@code 6 heads t} bytes a token. Attention with a learned bias keeps {@code 12 heads t}. One fifth is added
 * for what is alive only for a moment. With gradient checkpointing one layer at a time keeps its inside, and of all others the input
 * with its gradient remains (twice that where layers normalise first). Padding counts as tokens do, though most of it is not computed: an upper bound.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class MemoryEstimate {
    private static final double TRANSIENT = 1.2;

    private final long fixed;
    private final EncoderConfig config;
    private final boolean encoder;
    private final int width;
    private final Precision precision;

    private MemoryEstimate(long fixed, TrainableModel model, Precision precision) {
        this.fixed = fixed;
        EncoderConfig found = model.description().encoder();
        this.encoder = found != null;
        this.config = found == null ? NO_ENCODER : found;
        this.width = model.description().dimensions();
        this.precision = precision;
    }

    private static final EncoderConfig NO_ENCODER = new EncoderConfig(
            io.github.embeddinglab.core.model.Architecture.BERT, 1, 1, 1, 1, 1, 1, 0, EncoderConfig.Activation.GELU, 1e-12f, 0, 0, null);

    /**
     * Prepares the estimate of a model.
     *
     * @param model with its choice of trained weights made
     * @param others parameters of the loss
     * @param precision of the big products
     * @param lanes of the backend, each of which gathers gradients of its own where there are several
     * @return the estimate
     */
    public static MemoryEstimate of(TrainableModel model, Collection<Tensor> others, Precision precision, int lanes) {
        long all = elements(model.parameters().values());
        long trained = elements(model.trained().values()) + elements(others);
        long cast = precision == Precision.BFLOAT16 ? 2 * all : 0;
        long apart = lanes > 1 ? 4L * lanes * trained : 0;
        return new MemoryEstimate(4 * all + 12 * trained + cast + apart, model, precision);
    }

    /**
     * Bytes that all layers keep for the way back, without weights.
     *
     * @param model whose layers run
     * @param precision of the big products
     * @param texts in the pass
     * @param length tokens that each is padded to
     * @return activations of one pass
     */
    public static long activations(TrainableModel model, Precision precision, long texts, int length) {
        return new MemoryEstimate(0, model, precision).bytes(texts, length);
    }

    private static long elements(Collection<Tensor> tensors) {
        return tensors.stream().mapToLong(tensor -> Arrays.stream(tensor.shape()).asLongStream().reduce(1, (a, b) -> a * b)).sum();
    }

    /**
     * Bytes of one forward and backward pass.
     *
     * @param texts in the pass
     * @param length tokens that each is padded to
     * @return weights, gradients, optimizer state and activations together
     */
    public long bytes(long texts, int length) {
        return fixed + (long) (TRANSIENT * texts * length * perToken(length));
    }

    /**
     * Bytes of one forward and backward pass with gradient checkpointing.
     *
     * @param texts in the pass
     * @param length tokens that each is padded to
     * @return weights, gradients, optimizer state and activations together
     */
    public long checkpointed(long texts, int length) {
        return fixed + (long) (TRANSIENT * texts * length * (encoder ? perToken(length) / config.layers() + inputs() : perToken(length)));
    }

    private double inputs() {
        boolean normalisedFirst = config.rotary() != null;
        return 4.0 * 2 * config.hidden() * config.layers() * (normalisedFirst ? 2 : 1);
    }

    private double perToken(int length) {
        if (!encoder) {
            return 4.0 * 2 * width;
        }
        double hidden = config.hidden();
        double inner = config.intermediate() * (config.rotary() == null ? 2.0 : 4.0);
        double rotary = config.rotary() == null ? 0 : 4 * hidden;
        double layer;
        if (precision == Precision.BFLOAT16) {
            // narrow: queries, keys, values, heads, copy, and casts of the two inputs; single: masks, sums, normalisations
            layer = 2 * (7 * hidden + inner + rotary) + 4 * 6 * hidden + 6.0 * config.heads() * length;
        } else {
            layer = 4 * (11 * hidden + inner + rotary) + (config.relativeBuckets() > 0 ? 12.0 * config.heads() * length : 0);
        }
        return config.layers() * layer + 4 * 5 * hidden;
    }
}
