/**
 * The gate: the written folder, loaded as any model is, against its parent, on rows that neither training nor choosing saw.
 *
 * <p>To judge another form of data, teach {@link io.github.embeddinglab.training.gate.Judge} its evaluator and its deciding score.
 */
@NullMarked
package io.github.embeddinglab.training.gate;

import org.jspecify.annotations.NullMarked;
