/**
 * Classifiers on frozen vectors. To add one, write a class with {@code fit} and {@code predict} and hold it to another
 * library's result on fixed data.
 */
@NullMarked
package io.github.embeddinglab.evaluation.classification;

import org.jspecify.annotations.NullMarked;
