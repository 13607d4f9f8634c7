/** Clustering of vectors. To add a method, give it a seed and hold its inertia to another library's on fixed data. */
@NullMarked
package io.github.embeddinglab.evaluation.clustering;

import org.jspecify.annotations.NullMarked;
