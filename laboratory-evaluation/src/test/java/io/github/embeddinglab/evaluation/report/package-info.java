/** Tests. */
@NullMarked
package io.github.embeddinglab.evaluation.report;

import org.jspecify.annotations.NullMarked;
