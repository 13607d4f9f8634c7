/** Tests of the loop behind all strategies. */
@NullMarked
package io.github.embeddinglab.training.loop;

import org.jspecify.annotations.NullMarked;
