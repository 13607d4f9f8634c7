/**
 * What training is asked for and what it answers: data, settings and reports, all immutable values.
 *
 * <p>Nothing here reads a file or computes: {@code laboratory-training} does. To add a form of data, give
 * {@link io.github.embeddinglab.api.training.TrainingData.Form} a constant and teach the reader its columns.
 */
@NullMarked
package io.github.embeddinglab.api.training;

import org.jspecify.annotations.NullMarked;
