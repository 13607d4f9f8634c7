/** Tests. */
@NullMarked
package io.github.embeddinglab.evaluation.tasks;

import org.jspecify.annotations.NullMarked;
