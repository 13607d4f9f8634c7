/**
 * Pure functions from predictions to figures, in 64-bit arithmetic: correlations, rankings, thresholds, labels, clusters.
 *
 * <p>A figure that is resampled implements {@link io.github.embeddinglab.api.Measure}: it is prepared once (sorting
 * included) and then computed on any sample in O(n). To add one, write it that way, hold it to an implementation made
 * elsewhere and to a naive one on random cases, and check that a sample of counts 2, 0, 1 gives what the written-out
 * sample gives.
 */
@NullMarked
package io.github.embeddinglab.evaluation.metrics;

import org.jspecify.annotations.NullMarked;
