/** Tests of mining and pseudo-labelling. */
@NullMarked
package io.github.embeddinglab.training.mining;

import org.jspecify.annotations.NullMarked;
