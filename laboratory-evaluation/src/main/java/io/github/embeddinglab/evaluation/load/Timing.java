package io.github.embeddinglab.evaluation.load;

import io.github.embeddinglab.api.Score;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What was measured of one model with a clock.
 *
 * @param model its name
 * @param figures by name, with an interval over rounds where there are several; the constants here are the names
 * @param steps under load, in rising order, the overload last
 * @param notes what the reader must know
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Timing(String model, Map<String, Score> figures, List<LoadStep> steps, List<String> notes) {
    /** Short texts a second, in batches. */
    public static final String SHORT_TEXTS = "short_texts_per_second";

    /** Long texts a second, in batches. */
    public static final String LONG_TEXTS = "long_texts_per_second";

    /** Tokens a second on short texts. */
    public static final String SHORT_TOKENS = "short_tokens_per_second";

    /** Tokens a second on long texts. */
    public static final String LONG_TOKENS = "long_tokens_per_second";

    /** Median time of one query alone. */
    public static final String QUERY_P50 = "query_p50_ms";

    /** 95th percentile of the time of one query alone. */
    public static final String QUERY_P95 = "query_p95_ms";

    /** From the request for the model to its first vector, in a Java process that runs already. */
    public static final String FIRST_VECTOR = "first_vector_ms";

    /** From the start of the process to the first vector. */
    public static final String COLD_START = "cold_start_ms";

    /** Memory in use after the first vector. */
    public static final String RESIDENT = "resident_bytes";

    /** Most memory that the process had. */
    public static final String PEAK = "peak_bytes";

    /** Answered requests a second with callers that never pause. */
    public static final String PEAK_RATE = "peak_requests_per_second";

    /** The highest load that was answered in step. */
    public static final String SUSTAINABLE_RATE = "sustainable_requests_per_second";

    /** Throughput at twice the sustainable load as a share of the peak. */
    public static final String OVERLOAD = "overload_share_of_peak";

    /** Copies the collections. */
    public Timing {
        figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
        steps = List.copyOf(steps);
        notes = List.copyOf(notes);
    }

    /**
     * One figure.
     *
     * @param name one of the constants
     * @return undefined where it was not measured
     */
    public Score figure(String name) {
        return figures.getOrDefault(name, new Score(Double.NaN, Double.NaN, Double.NaN));
    }

    /**
     * With what another suite measured of the same model.
     *
     * @param other its timing
     * @return both
     */
    public Timing and(Timing other) {
        Map<String, Score> both = new LinkedHashMap<>(figures);
        both.putAll(other.figures);
        List<LoadStep> allSteps = new ArrayList<>(steps);
        allSteps.addAll(other.steps);
        List<String> allNotes = new ArrayList<>(notes);
        allNotes.addAll(other.notes);
        return new Timing(model, both, allSteps, allNotes);
    }

    /**
     * Nothing yet.
     *
     * @param model its name
     * @return an empty timing
     */
    public static Timing none(String model) {
        return new Timing(model, Map.of(), List.of(), List.of());
    }
}
