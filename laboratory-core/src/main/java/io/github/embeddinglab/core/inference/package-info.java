/**
 * Token ids to vectors: batches cut by tokens, a ceiling on activation memory, sessions on devices, and the
 * embedder that ties them to a model's tokenizer and prompts.
 *
 * <p>The way of a text: {@link io.github.embeddinglab.core.inference.TransformerEmbedder} puts the prompt in front,
 * tokenises and applies the overflow policy; {@code BatchPlan} sorts by length and cuts; {@code TokenBatch} packs
 * them; {@code Workers} lets the caller and idle workers take batches; {@code Replicas} runs each on a free session; rows are written where they belong.
 * To add a step between tokens and vectors, put it into the graph compiler, not here.
 */
@NullMarked
package io.github.embeddinglab.core.inference;

import org.jspecify.annotations.NullMarked;
