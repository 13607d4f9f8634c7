/**
 * Vectors on disk, so that a second evaluation computes nothing and one after a kill only what is missing. To keep
 * something else, key it by what it was computed with and from, and write it in records that a cut end cannot spoil.
 */
@NullMarked
package io.github.embeddinglab.evaluation.cache;

import org.jspecify.annotations.NullMarked;
