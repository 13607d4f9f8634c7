/**
 * Models as they are trained: the encoder of a folder on {@link io.github.embeddinglab.training.Tensor}, its pooling and modules,
 * and the steps that change its weights. A new family is described in the encoder plan of the core, not here.
 */
@NullMarked
package io.github.embeddinglab.training.encoder;

import org.jspecify.annotations.NullMarked;
