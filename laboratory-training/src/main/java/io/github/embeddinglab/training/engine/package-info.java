/**
 * One optimizer step, whatever its size: {@link io.github.embeddinglab.training.engine.TrainingEngine} takes a loss batch, plans its
 * memory, cuts it into micro-batches, caches gradients where the loss compares rows, and changes the weights.
 * {@link io.github.embeddinglab.training.engine.Objective} is what it makes small: a loss on embeddings, or something that reads
 * token vectors or layers. A new objective implements that interface; a new loss on embeddings belongs to the package of losses.
 */
@NullMarked
package io.github.embeddinglab.training.engine;

import org.jspecify.annotations.NullMarked;
