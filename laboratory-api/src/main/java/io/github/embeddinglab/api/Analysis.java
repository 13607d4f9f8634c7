package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Looking inside models; provided by {@code laboratory-analysis}. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface Analysis extends Room {}
