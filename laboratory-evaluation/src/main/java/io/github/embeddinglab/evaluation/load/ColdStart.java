package io.github.embeddinglab.evaluation.load;

import io.github.embeddinglab.api.Embedder;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** What a fresh process needs until its first vector, and its memory then and after some work. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class ColdStart {
    private static final int SHORT_COUNT = 256;
    private static final int LONG_COUNT = 64;
    private static final long SEED = 13;

    private ColdStart() {}

    /**
     * Measures in this process, which must have done nothing yet but open a laboratory.
     *
     * @param embedder a new handle; it embeds one query, then 256 short and 64 long texts
     * @return {@link Timing#COLD_START} (since the process began, as the system tells it), {@link Timing#RESIDENT} and
     *     {@link Timing#PEAK} where the system tells them
     */
    public static Map<String, Number> measure(Embedder embedder) {
        embedder.embedQuery("Which text is the first?");
        Instant now = Instant.now();
        Instant began = ProcessHandle.current().info().startInstant().orElse(now);
        Map<String, Number> figures = new LinkedHashMap<>();
        figures.put(Timing.COLD_START, Duration.between(began, now).toMillis());
        ResidentMemory.now().ifPresent(bytes -> figures.put(Timing.RESIDENT, bytes));
        embedder.embedDocuments(BenchmarkTexts.brief(SHORT_COUNT, SEED));
        embedder.embedDocuments(BenchmarkTexts.lengthy(LONG_COUNT, SEED));
        ResidentMemory.peak().ifPresent(bytes -> figures.put(Timing.PEAK, bytes));
        return figures;
    }
}
