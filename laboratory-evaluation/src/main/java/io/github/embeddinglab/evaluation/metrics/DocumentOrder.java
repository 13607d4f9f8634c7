package io.github.embeddinglab.evaluation.metrics;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** The order in which trec_eval puts documents of equal score. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class DocumentOrder {
    /** Greater ids first, compared by their UTF-8 bytes. */
    public static final Comparator<String> DESCENDING = (a, b) -> Arrays.compareUnsigned(
            b.getBytes(StandardCharsets.UTF_8), a.getBytes(StandardCharsets.UTF_8));

    private DocumentOrder() {}
}
