/** Tests. */
@NullMarked
package io.github.embeddinglab.evaluation.load;

import org.jspecify.annotations.NullMarked;
