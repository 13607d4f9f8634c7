/** Tests. */
@NullMarked
package io.github.embeddinglab.evaluation;

import org.jspecify.annotations.NullMarked;
