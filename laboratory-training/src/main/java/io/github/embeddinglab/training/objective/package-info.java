/**
 * What training makes small where a loss on embeddings is not enough: objectives that corrupt texts, read token vectors, or read
 * several layers. Each page tells inputs, use, neighbours and source. A new one implements
 * {@link io.github.embeddinglab.training.engine.Objective} and gets a case in the test against the float64 backend and finite
 * differences.
 */
@NullMarked
package io.github.embeddinglab.training.objective;

import org.jspecify.annotations.NullMarked;
