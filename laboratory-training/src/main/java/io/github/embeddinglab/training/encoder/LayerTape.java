package io.github.embeddinglab.training.encoder;

import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Gradient checkpointing (Chen et al. 2016, Training Deep Nets with Sublinear Memory Cost): of each layer its input is kept alone,
 * and the way back computes the layer again. Memory of one layer's inside in place of all, for one forward pass more; the gradients
 * are the same, for the masks of dropout are functions of their place.
 *
 * <p>Used as: encode with {@link TrainableModel#taped}, derive a scalar of what came out by {@link Tensor#backward()}, then
 * {@link #back()}, all on one thread and in one scope. Encode as often as the scalar needs; a decoder is not taped.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class LayerTape {
    private final TrainingBackend backend;
    private final List<Segment> segments = new ArrayList<>();

    /** What was made without derivatives, as leaves, and how it is made again. */
    private record Segment(Supplier<List<Tensor>> again, List<Tensor> made) {}

    /**
     * An empty tape.
     *
     * @param backend that holds the model
     */
    public LayerTape(TrainingBackend backend) {
        this.backend = backend;
    }

    /** Makes something without derivatives, to be made again on the way back. */
    List<Tensor> record(Supplier<List<Tensor>> making) {
        List<Tensor> made = backend.leaves(making);
        segments.add(new Segment(making, made));
        return made;
    }

    /** A layer of what the layer before it gave. */
    List<Tensor> record(UnaryOperator<List<Tensor>> layer, List<Tensor> in) {
        return record(() -> layer.apply(in));
    }

    /** Carries the gradients that stand at the outputs of the layers down to the weights, and forgets the layers. */
    @SuppressWarnings("try") // the scope is closed, not read
    public void back() {
        for (int i = segments.size() - 1; i >= 0; i--) {
            Segment segment = segments.get(i);
            List<@Nullable Tensor> derivatives = new ArrayList<>();
            segment.made().forEach(leaf -> derivatives.add(leaf.gradient()));
            if (derivatives.stream().anyMatch(Objects::nonNull)) {
                try (TrainingBackend.Scope scope = backend.scope()) {
                    backward(segment.again().get(), derivatives);
                }
            }
        }
        segments.clear();
    }

    /**
     * Goes back from tensors whose derivatives are known.
     *
     * @param made tensors
     * @param derivatives of a scalar by each of them, null for none
     */
    public static void backward(List<Tensor> made, List<@Nullable Tensor> derivatives) {
        Tensor total = null;
        for (int i = 0; i < made.size(); i++) {
            Tensor derivative = derivatives.get(i);
            if (derivative != null) {
                Tensor product = made.get(i).multiply(derivative).sum();
                total = total == null ? product : total.add(product);
            }
        }
        if (total != null) {
            total.backward();
        }
    }
}
