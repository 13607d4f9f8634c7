package io.github.embeddinglab.training.encoder;

import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The weights of a model as parameters, by canonical name; each is loaded when it is first asked for. Beside a matrix W may stand
 * two low-rank maps, with which it acts as {@code W + scale * up * down}.
 */
final class Weights {
    private static final String DOWN = ".lora_down";
    private static final String UP = ".lora_up";

    private final TrainingBackend backend;
    private final Tensors stored;
    private final SortedMap<String, Tensor> loaded = new TreeMap<>();
    private final SortedMap<String, Tensor> maps = new TreeMap<>();
    private final Set<String> frozen = new TreeSet<>();
    private double scale;

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
        Tensor out = x.linear(get(weight), bias.isEmpty() ? null : get(bias));
        Tensor down = maps.get(weight + DOWN);
        Tensor up = maps.get(weight + UP);
        return down == null || up == null ? out : out.add(x.linear(down, null).linear(up, null).multiply(scale));
    }

    SortedMap<String, Tensor> loaded() {
        return Collections.unmodifiableSortedMap(loaded);
    }

    /** Low-rank maps by name; none without {@link #addMaps}. */
    SortedMap<String, Tensor> maps() {
        return Collections.unmodifiableSortedMap(maps);
    }

    /** Puts maps beside matrices (out x in): down (rank x in) is uniform within 1 / sqrt(in), up (out x rank) is zero. */
    void addMaps(Set<String> matrices, int rank, double factor, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        scale = factor;
        for (String name : matrices) {
            Tensor matrix = get(name);
            int in = matrix.size(1);
            float[] down = new float[rank * in];
            for (int i = 0; i < down.length; i++) {
                down[i] = (float) ((2 * random.nextDouble() - 1) / Math.sqrt(in));
            }
            maps.put(name + DOWN, backend.parameter(down, rank, in));
            maps.put(name + UP, backend.parameter(new float[matrix.size(0) * rank], matrix.size(0), rank));
        }
    }

    /** Lets weights gather no gradients; maps beside them do. */
    void freeze(Set<String> names) {
        frozen.addAll(names);
        backend.gather(names.stream().map(this::get).toList(), false);
    }

    /** Whether one of these weights, or a map beside it, is trained. */
    boolean learns(Set<String> names) {
        return names.stream().anyMatch(name -> !frozen.contains(name) || maps.containsKey(name + DOWN));
    }

    /** Copies all weights as they act now. */
    Tensors merged() {
        List<Tensors.Tensor> out = new ArrayList<>();
        loaded.forEach((name, parameter) -> {
            float[] values = parameter.toFloats();
            Tensor down = maps.get(name + DOWN);
            Tensor up = maps.get(name + UP);
            if (down != null && up != null) {
                add(values, up, down);
            }
            out.add(Tensors.Tensor.of(name, Arrays.stream(parameter.shape()).asLongStream().toArray(), values));
        });
        return Tensors.of(out);
    }

    private void add(float[] matrix, Tensor up, Tensor down) {
        int rank = down.size(0);
        int in = down.size(1);
        float[] left = up.toFloats();
        float[] right = down.toFloats();
        for (int i = 0; i < matrix.length; i++) {
            double sum = 0;
            for (int k = 0; k < rank; k++) {
                sum += left[i / in * rank + k] * right[k * in + i % in];
            }
            matrix[i] += (float) (scale * sum);
        }
    }

    TrainingBackend backend() {
        return backend;
    }
}
