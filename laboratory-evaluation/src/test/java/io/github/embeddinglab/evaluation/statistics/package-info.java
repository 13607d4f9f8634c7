/** Tests. */
@NullMarked
package io.github.embeddinglab.evaluation.statistics;

import org.jspecify.annotations.NullMarked;
