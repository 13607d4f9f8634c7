/** Tests. */
@NullMarked
package io.github.embeddinglab.evaluation.cache;

import org.jspecify.annotations.NullMarked;
