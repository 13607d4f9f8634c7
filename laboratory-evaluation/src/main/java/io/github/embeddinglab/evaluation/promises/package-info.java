/**
 * The project's ten promises as measurements: what counts, from where, and what is missing. To make one measurable, give
 * {@link io.github.embeddinglab.evaluation.promises.TenPromises} its value with an interval.
 */
@NullMarked
package io.github.embeddinglab.evaluation.promises;

import org.jspecify.annotations.NullMarked;
