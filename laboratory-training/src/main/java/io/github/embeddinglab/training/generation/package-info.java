/**
 * Training pairs from plain documents, without a person who writes queries, and changed copies of texts.
 *
 * <p>To add a generator, implement {@link io.github.embeddinglab.training.generation.PairGenerator} and list it in
 * {@link io.github.embeddinglab.training.generation.PairGenerators}; a query-writing model is one as well. To add an
 * augmentation, implement {@link io.github.embeddinglab.training.generation.Augmentation}.
 */
@NullMarked
package io.github.embeddinglab.training.generation;

import org.jspecify.annotations.NullMarked;
