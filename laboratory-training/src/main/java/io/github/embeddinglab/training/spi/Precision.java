package io.github.embeddinglab.training.spi;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** In what the big products of a forward and a backward pass are computed; weights, gradients and the optimizer are single precision. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public enum Precision {
    /** IEEE single precision throughout. */
    FLOAT32,
    /**
     * Affine maps, activations and attention products in bfloat16 (8 bits of precision); softmax, normalisations, residual sums
     * and losses in single precision. Pays where the CPU multiplies bfloat16, with AVX512-BF16 or AMX.
     */
    BFLOAT16
}
