/**
 * The one training loop: batches as a function of seed and step, losses by name, looks at the selection part, the best state, and
 * its mixture with the parent.
 *
 * <p>To add a loss to those that users can name, add a line to {@code LossTable} and a page to {@code docs/losses}; to add a
 * strategy, expand it to data, loss and settings of this loop in {@code io.github.embeddinglab.training.room}.
 */
@NullMarked
package io.github.embeddinglab.training.loop;

import org.jspecify.annotations.NullMarked;
