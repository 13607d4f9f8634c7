/**
 * Losses on embeddings, written once on {@link io.github.embeddinglab.training.Tensor}; each page tells inputs, use, neighbours
 * and source. A new loss implements {@link io.github.embeddinglab.training.loss.Loss} and gets a case in the test against the
 * reference's values and gradients.
 */
@NullMarked
package io.github.embeddinglab.training.loss;

import org.jspecify.annotations.NullMarked;
