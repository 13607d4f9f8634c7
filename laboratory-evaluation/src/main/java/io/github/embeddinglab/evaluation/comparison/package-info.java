/**
 * Models, and settings of one model, against each other: standing over many tasks, what each change of an ablation did. To
 * compare by another figure, make it from measures, so that it has an interval.
 */
@NullMarked
package io.github.embeddinglab.evaluation.comparison;

import org.jspecify.annotations.NullMarked;
