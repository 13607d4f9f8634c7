/** Tests of generators and augmentation. */
@NullMarked
package io.github.embeddinglab.training.generation;

import org.jspecify.annotations.NullMarked;
