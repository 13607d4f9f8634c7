package io.github.embeddinglab.api;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What is known of a model without loading it.
 *
 * @param description one line
 * @param dimensions width of its vectors, 0 where unknown until loaded
 * @param maxTokens limit of one text, 0 where unknown until loaded
 * @param languages ISO 639 codes, or {@code multilingual}
 * @param licence SPDX identifier, or what its authors state; empty where unknown
 * @param pooling as in {@code mean}
 * @param prompts prompt text by name
 * @param scores published results, with their source; never invented
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record ModelFacts(
        String description,
        int dimensions,
        int maxTokens,
        List<String> languages,
        String licence,
        String pooling,
        Map<String, String> prompts,
        List<Score> scores) {
    /** Copies the collections. */
    public ModelFacts {
        languages = List.copyOf(languages);
        prompts = Collections.unmodifiableMap(new TreeMap<>(prompts));
        scores = List.copyOf(scores);
    }

    /**
     * One published result.
     *
     * @param task name of the benchmark task
     * @param subset language or part, {@code default} where there is one only
     * @param metric the field's name of the measure
     * @param value as a fraction
     */
    public record Score(String task, String subset, String metric, double value) {}
}
