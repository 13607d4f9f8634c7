/**
 * Training data in memory: the strict reader of {@link io.github.embeddinglab.api.training.TrainingData}, the three disjoint
 * parts, and the report on both that is made before anything starts.
 *
 * <p>To add a form of data, see {@link io.github.embeddinglab.api.training.TrainingData.Form}; {@code ColumnRoles} finds the
 * columns of a form.
 */
@NullMarked
package io.github.embeddinglab.training.data;

import org.jspecify.annotations.NullMarked;
