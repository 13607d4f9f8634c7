/**
 * The sentence-transformers folder as immutable values: its weights ({@link io.github.embeddinglab.core.model.Tensors}),
 * its encoder ({@link io.github.embeddinglab.core.model.EncoderConfig}) and the modules after it.
 *
 * <p>{@link io.github.embeddinglab.core.model.ModelFolder} reads a folder,
 * {@link io.github.embeddinglab.core.model.ModelFolderWriter} writes one. What is not understood is refused by name.
 *
 * <p>To add an architecture, add a constant to {@link io.github.embeddinglab.core.model.Architecture}, teach {@code EncoderReader}
 * and {@code FolderFiles} its {@code config.json} and {@code ExpectedTensors} its tensors, and give the graph compiler its encoder.
 */
@NullMarked
package io.github.embeddinglab.core.model;

import org.jspecify.annotations.NullMarked;
