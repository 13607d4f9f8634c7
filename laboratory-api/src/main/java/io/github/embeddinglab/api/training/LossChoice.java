package io.github.embeddinglab.api.training;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * A loss by name, with its settings; {@link Losses} has one method for each.
 *
 * @param name as in {@code multiple-negatives}
 * @param settings as in {@code scale}: a {@link Double}, a word ({@link String}) or a list of numbers ({@code List<Double>}); what is left
 *     out has the loss's own default
 * @param own the caller's own loss, made by {@code laboratory-training}; null for one that is found by its name
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record LossChoice(String name, Map<String, Object> settings, @Nullable UserLoss own) {
    private static final Pattern NUMBER = Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?");
    private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");

    /**
     * Copies and checks; numbers become doubles.
     *
     * @throws InvalidInputException when a setting is no finite number, word or list of finite numbers
     */
    public LossChoice {
        Map<String, Object> all = new TreeMap<>();
        String of = name;
        settings.forEach((key, value) -> all.put(key, checked(of, key, value)));
        settings = Collections.unmodifiableMap(all);
    }

    /**
     * A loss that is found by its name.
     *
     * @param name as in {@code multiple-negatives}
     * @param settings as in {@code scale}
     */
    public LossChoice(String name, Map<String, ?> settings) {
        this(name, Collections.<String, Object>unmodifiableMap(settings), null);
    }

    private static Object checked(String loss, String key, Object value) {
        if (finite(value)) {
            return decimal(value);
        }
        if (value instanceof String word && !word.isBlank()) {
            return word.strip();
        }
        if (value instanceof List<?> list && !list.isEmpty() && list.stream().allMatch(LossChoice::finite)) {
            return list.stream().map(LossChoice::decimal).toList();
        }
        throw new InvalidInputException("loss " + loss + " has " + key + " " + value
                + "; give a finite number, a word or a list of finite numbers");
    }

    private static boolean finite(Object value) {
        return value instanceof Number number && Double.isFinite(number.doubleValue());
    }

    private static Double decimal(Object value) {
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    private LossChoice put(String key, Object value) {
        Map<String, Object> all = new TreeMap<>(settings);
        all.put(key, value);
        return new LossChoice(name, all, own);
    }

    /**
     * With a setting.
     *
     * @param key as in {@code margin}
     * @param value finite
     * @return a copy
     */
    public LossChoice with(String key, double value) {
        return put(key, value);
    }

    /**
     * With a setting as the command line has it: a number, numbers with commas between them, {@code true} or {@code false} (1 or 0), or
     * else a word.
     *
     * @param key as in {@code distance}
     * @param text as in {@code cosine}, {@code 0.3} or {@code 384,192,96}
     * @return a copy
     */
    public LossChoice with(String key, String text) {
        String value = text.strip();
        if (NUMBER.matcher(value).matches()) {
            return put(key, Double.valueOf(value));
        }
        List<String> parts = List.of(COMMA.split(value, -1));
        if (parts.size() > 1 && parts.stream().allMatch(part -> NUMBER.matcher(part).matches())) {
            return put(key, parts.stream().map(Double::valueOf).toList());
        }
        return switch (value) {
            case "true" -> put(key, 1.0);
            case "false" -> put(key, 0.0);
            default -> put(key, value);
        };
    }

    /**
     * With a list of numbers.
     *
     * @param key as in {@code matryoshka}
     * @param values finite, at least one
     * @return a copy
     */
    public LossChoice with(String key, List<? extends Number> values) {
        return put(key, values);
    }

    /**
     * A number that was set.
     *
     * @param key as in {@code scale}
     * @return empty where it was not set, or is no number
     */
    public Optional<Double> number(String key) {
        return settings.get(key) instanceof Double value ? Optional.of(value) : Optional.empty();
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
     * With another distance of two vectors; of triplet, batch and contrastive losses.
     *
     * @param kind {@code cosine}, {@code euclidean} or {@code manhattan}
     * @return a copy
     */
    public LossChoice distance(String kind) {
        return with("distance", kind);
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
     * Kept useful when vectors are cut to these widths.
     *
     * @param widths whole numbers up to the model's dimensions, the full width among them where it is to be good as well
     * @return a copy
     */
    public LossChoice matryoshka(int... widths) {
        return with("matryoshka", Arrays.stream(widths).boxed().toList());
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
