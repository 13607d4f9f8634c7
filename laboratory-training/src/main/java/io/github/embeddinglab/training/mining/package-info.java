/**
 * Hard negatives: documents near a query that do not answer it; and scores of a stronger judge for pairs without labels.
 *
 * <p>To search in another way than exactly, implement {@link io.github.embeddinglab.training.mining.NearestDocuments}; to let
 * another model judge, as a cross-encoder, {@link io.github.embeddinglab.training.mining.PairScorer}.
 */
@NullMarked
package io.github.embeddinglab.training.mining;

import org.jspecify.annotations.NullMarked;
