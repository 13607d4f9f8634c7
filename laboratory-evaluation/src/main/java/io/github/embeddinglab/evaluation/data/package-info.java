/**
 * Data sets in memory, and strict readers of the plain files they come in: a malformed row is an error that names file and
 * line.
 *
 * <p>To add a form, write a record for the data and a package-private reader over
 * {@link io.github.embeddinglab.evaluation.data.Table} or {@code JsonLines}, and
 * list it in {@link io.github.embeddinglab.evaluation.data.DataFiles}.
 */
@NullMarked
package io.github.embeddinglab.evaluation.data;

import org.jspecify.annotations.NullMarked;
