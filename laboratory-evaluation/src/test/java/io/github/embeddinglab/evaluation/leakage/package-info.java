/** Tests. */
@NullMarked
package io.github.embeddinglab.evaluation.leakage;

import org.jspecify.annotations.NullMarked;
