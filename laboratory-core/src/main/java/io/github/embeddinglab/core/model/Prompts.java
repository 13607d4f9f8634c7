package io.github.embeddinglab.core.model;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Prompts of a model, put in front of a text.
 *
 * @param byName prompt text by name; a model for retrieval names {@code query} and {@code document} (or
 *     {@code passage})
 * @param defaultName the prompt that {@code encode} applies when none is named, null for none
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Prompts(SortedMap<String, String> byName, @Nullable String defaultName) {
    /** No prompts at all. */
    public static final Prompts NONE = new Prompts(new TreeMap<>(), null);

    /** Copies the map. */
    public Prompts {
        byName = Collections.unmodifiableSortedMap(new TreeMap<>(byName));
    }

    /**
     * Makes prompts.
     *
     * @param byName text by name
     * @return prompts without a default
     */
    public static Prompts of(Map<String, String> byName) {
        return new Prompts(new TreeMap<>(byName), null);
    }
}
