/**
 * The sentence-transformers folder as immutable values: its weights ({@link io.github.embeddinglab.core.model.Tensors}),
 * its encoder ({@link io.github.embeddinglab.core.model.EncoderConfig}) and the modules after it.
 *
 * <p>To add an architecture, add a constant to {@link io.github.embeddinglab.core.model.Architecture}, teach the folder
 * reader its {@code config.json}, and give the graph compiler its encoder.
 */
@NullMarked
package io.github.embeddinglab.core.model;

import org.jspecify.annotations.NullMarked;
