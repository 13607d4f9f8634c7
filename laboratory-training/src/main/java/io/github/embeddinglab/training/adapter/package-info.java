/**
 * Adapters: a linear map on the vectors of a frozen model, trained in plain Java, for any
 * {@link io.github.embeddinglab.api.Embedder}, remote ones included.
 *
 * <p>{@link io.github.embeddinglab.training.adapter.AdapterTraining} finds the map,
 * {@link io.github.embeddinglab.training.adapter.AdaptedEmbedder} applies it,
 * {@link io.github.embeddinglab.training.adapter.AdapterFile} keeps it. To add a kind of map, give
 * {@link io.github.embeddinglab.training.adapter.VectorMap} its gradient in {@code MapGradient}.
 */
@NullMarked
package io.github.embeddinglab.training.adapter;

import org.jspecify.annotations.NullMarked;
