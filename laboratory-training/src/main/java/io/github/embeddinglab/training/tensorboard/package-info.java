/**
 * Event files as TensorBoard reads them: the course of a training, seen while it runs. Each start of a training writes a file of its
 * own into the run's folder, so a torn last record of a killed one harms nothing. To show one more figure, add a scalar in
 * {@code TrainingEvents}.
 */
@NullMarked
package io.github.embeddinglab.training.tensorboard;

import org.jspecify.annotations.NullMarked;
