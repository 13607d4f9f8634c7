/**
 * Embedders around embedders, which work with any model:
 * {@link io.github.embeddinglab.core.decoration.HierarchicalEmbedder} embeds long texts by windows and pools them,
 * {@link io.github.embeddinglab.core.decoration.ContrastiveEmbedder} measures texts against a background.
 *
 * <p>Both are made in code, or asked for by a name that {@link io.github.embeddinglab.core.decoration.Decoration} reads, as in
 * {@code hierarchical:minilm}. A third, {@code adapter}, comes from another artifact by
 * {@link io.github.embeddinglab.api.spi.DecoratorProvider}. To add one, implement {@link io.github.embeddinglab.api.Embedder}, derive the fingerprint from
 * the inner model's, give {@code Decoration} a prefix, run the contract suite, and measure it against the bare model.
 */
@NullMarked
package io.github.embeddinglab.core.decoration;

import org.jspecify.annotations.NullMarked;
