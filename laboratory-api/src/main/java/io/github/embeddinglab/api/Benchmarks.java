package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Evaluation and benchmarks; provided by {@code laboratory-evaluation}. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface Benchmarks extends Room {}
