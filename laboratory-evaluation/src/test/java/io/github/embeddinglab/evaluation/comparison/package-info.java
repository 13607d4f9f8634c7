/** Tests. */
@NullMarked
package io.github.embeddinglab.evaluation.comparison;

import org.jspecify.annotations.NullMarked;
