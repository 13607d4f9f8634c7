package io.github.embeddinglab.api.training;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * A loss by name, with its settings; {@link Losses} has one method for each.
 *
 * @param name as in {@code multiple-negatives}
 * @param settings as in {@code scale}; what is left out has the loss's own default
 * @param own the caller's own loss, made by {@code laboratory-training}; null for one that is found by its name
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record LossChoice(String name, Map<String, Double> settings, @Nullable UserLoss own) {
    /**
     * Copies and checks.
     *
     * @throws InvalidInputException when a setting is not finite
     */
    public LossChoice {
        settings = Collections.unmodifiableMap(new TreeMap<>(settings));
        String of = name;
        settings.forEach((key, value) -> {
            if (!Double.isFinite(value)) {
                throw new InvalidInputException("loss " + of + " has " + key + " " + value + "; give a finite number");
            }
        });
    }

    /**
     * A loss that is found by its name.
     *
     * @param name as in {@code multiple-negatives}
     * @param settings as in {@code scale}
     */
    public LossChoice(String name, Map<String, Double> settings) {
        this(name, settings, null);
    }

    /**
     * With a setting.
     *
     * @param key as in {@code margin}
     * @param value finite
     * @return a copy
     */
    public LossChoice with(String key, double value) {
        Map<String, Double> all = new TreeMap<>(settings);
        all.put(key, value);
        return new LossChoice(name, all, own);
    }

    /**
     * With another scale of similarities, an inverse temperature.
     *
     * @param value above 0
     * @return a copy
     */
    public LossChoice scale(double value) {
        return with("scale", value);
    }

    /**
     * With another margin.
     *
     * @param value in the loss's distance
     * @return a copy
     */
    public LossChoice margin(double value) {
        return with("margin", value);
    }

    /**
     * Kept useful when vectors are cut (Kusupati et al. 2022): the loss counts at full width, a half, a quarter and an eighth.
     *
     * @return a copy
     */
    public LossChoice matryoshka() {
        return with("matryoshka", 1);
    }

    /**
     * Kept useful when layers are cut off (Li et al. 2024): the loss counts on each layer; not for static models.
     *
     * @return a copy
     */
    public LossChoice adaptiveLayers() {
        return with("adaptive_layers", 1);
    }

    /**
     * Spread over the sphere (global orthogonal regularisation, Zhang et al. 2017).
     *
     * @param weight of the regularisation, above 0; 1 is usual
     * @return a copy
     */
    public LossChoice orthogonal(double weight) {
        return with("orthogonal", weight);
    }

    /**
     * Computed from cached embeddings in parts of 16 texts (Gao et al. 2021), so that a large batch needs little memory.
     *
     * @return a copy; the gradient is the same
     */
    public LossChoice cached() {
        return with("cached", 1);
    }

    @Override
    public String toString() {
        return settings.isEmpty() ? name : name + settings;
    }
}
