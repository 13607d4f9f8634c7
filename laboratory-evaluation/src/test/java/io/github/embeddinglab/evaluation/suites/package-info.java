/** Tests. */
@NullMarked
package io.github.embeddinglab.evaluation.suites;

import org.jspecify.annotations.NullMarked;
