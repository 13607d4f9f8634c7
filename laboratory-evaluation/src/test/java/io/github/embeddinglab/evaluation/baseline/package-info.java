/** Tests. */
@NullMarked
package io.github.embeddinglab.evaluation.baseline;

import org.jspecify.annotations.NullMarked;
