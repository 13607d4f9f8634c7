package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** A room of the laboratory: one kind of work, provided by one artifact. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface Room {}
