package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Fine-tuning and distillation; provided by {@code laboratory-training}. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface Training extends Room {}
