package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Work across languages; provided by {@code laboratory-languages}. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface Languages extends Room {}
