/** Tests of objectives and of losses that the reference's file has no entry for. */
@NullMarked
package io.github.embeddinglab.training.objective;

import org.jspecify.annotations.NullMarked;
