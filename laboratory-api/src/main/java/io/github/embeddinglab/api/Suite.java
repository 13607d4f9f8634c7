package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** A group of measurements of {@link Benchmarks#run}. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public enum Suite {
    /** Texts a second on short and long texts, time of one query, first vector. */
    SPEED,
    /** Every entry of the catalogue. */
    QUALITY,
    /** The catalogue's entries that rank documents, beside BM25. */
    RETRIEVAL,
    /** Cold start, memory, latency under load, behaviour under too much load. */
    PRODUCTION
}
