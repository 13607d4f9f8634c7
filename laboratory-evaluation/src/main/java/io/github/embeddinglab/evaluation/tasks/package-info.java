/**
 * Evaluators, one a task: each holds its data and judges any {@link io.github.embeddinglab.api.Embedder}.
 *
 * <p>To add one, implement {@link io.github.embeddinglab.api.Evaluator} over {@code Run}, which embeds, checks the vectors
 * and gives the figures their intervals, and list its task in {@link io.github.embeddinglab.evaluation.tasks.Tasks}.
 */
@NullMarked
package io.github.embeddinglab.evaluation.tasks;

import org.jspecify.annotations.NullMarked;
