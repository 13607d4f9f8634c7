/** Tests. */
@NullMarked
package io.github.embeddinglab.evaluation.metrics;

import org.jspecify.annotations.NullMarked;
