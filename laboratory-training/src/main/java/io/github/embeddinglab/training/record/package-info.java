/**
 * What is kept of a training: {@code laboratory-record.json} and the model card in the folder, the curve as a page and pictures,
 * and the name that the tuned model gets.
 */
@NullMarked
package io.github.embeddinglab.training.record;

import org.jspecify.annotations.NullMarked;
