/** Checks of single steps of the encoder. */
@NullMarked
package io.github.embeddinglab.training.encoder;

import org.jspecify.annotations.NullMarked;
