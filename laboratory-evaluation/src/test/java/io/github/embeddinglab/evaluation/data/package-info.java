/** Tests. */
@NullMarked
package io.github.embeddinglab.evaluation.data;

import org.jspecify.annotations.NullMarked;
