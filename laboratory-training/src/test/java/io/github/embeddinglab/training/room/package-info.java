/** Tests of the room of fine-tuning, on tiny models. */
@NullMarked
package io.github.embeddinglab.training.room;

import org.jspecify.annotations.NullMarked;
