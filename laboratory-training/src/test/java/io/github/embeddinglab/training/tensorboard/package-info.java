/** Event files, byte by byte as TensorBoard's own writer makes them. */
@NullMarked
package io.github.embeddinglab.training.tensorboard;

import org.jspecify.annotations.NullMarked;
