/** Tests of the training.loop. */
@NullMarked
package io.github.embeddinglab.training.loop;

import org.jspecify.annotations.NullMarked;
