/** Tests. */
@NullMarked
package io.github.embeddinglab.evaluation.classification;

import org.jspecify.annotations.NullMarked;
