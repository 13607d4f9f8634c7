package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Vector and document indexes; provided by {@code laboratory-index}. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface Indexes extends Room {}
