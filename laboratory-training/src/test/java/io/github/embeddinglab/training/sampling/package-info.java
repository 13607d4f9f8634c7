/** Tests of samplers. */
@NullMarked
package io.github.embeddinglab.training.sampling;

import org.jspecify.annotations.NullMarked;
