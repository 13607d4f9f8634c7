package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Smaller models and codes; provided by {@code laboratory-compression}. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface Compression extends Room {}
