/**
 * The room of fine-tuning: a request becomes data in parts, a plan, a training, a written folder, a verdict and a record.
 *
 * <p>To add a strategy, teach {@code Expansion} what it expands to.
 */
@NullMarked
package io.github.embeddinglab.training.room;

import org.jspecify.annotations.NullMarked;
