/** Tests of the training engine. */
@NullMarked
package io.github.embeddinglab.training.engine;

import org.jspecify.annotations.NullMarked;
