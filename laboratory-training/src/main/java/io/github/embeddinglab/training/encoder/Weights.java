package io.github.embeddinglab.training.encoder;

import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.Arrays;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** The weights of a model as parameters, by canonical name; each is loaded when it is first asked for. */
final class Weights {
    private final TrainingBackend backend;
    private final Tensors stored;
    private final SortedMap<String, Tensor> loaded = new TreeMap<>();

    Weights(TrainingBackend backend, Tensors stored) {
        this.backend = backend;
        this.stored = stored;
    }

    Tensor get(String name) {
        return loaded.computeIfAbsent(name, missing -> {
            int[] shape = Arrays.stream(stored.tensor(missing).shape()).mapToInt(Math::toIntExact).toArray();
            return backend.parameter(stored.floats(missing), shape);
        });
    }

    /** Affine map by a stored matrix; an empty bias is none. */
    Tensor linear(Tensor x, String weight, String bias) {
        return x.linear(get(weight), bias.isEmpty() ? null : get(bias));
    }

    SortedMap<String, Tensor> loaded() {
        return Collections.unmodifiableSortedMap(loaded);
    }

    TrainingBackend backend() {
        return backend;
    }
}
