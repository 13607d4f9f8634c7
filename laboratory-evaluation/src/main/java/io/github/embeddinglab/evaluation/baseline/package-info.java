/** What a model must beat. To add one, give it scores for all documents and list it in the task's evaluator. */
@NullMarked
package io.github.embeddinglab.evaluation.baseline;

import org.jspecify.annotations.NullMarked;
