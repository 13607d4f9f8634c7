/**
 * What a clock tells: throughput, latency under load, cold start, memory. To measure something else, add a figure to
 * {@link io.github.embeddinglab.evaluation.load.Timing} and keep it out of what must be equal from run to run.
 */
@NullMarked
package io.github.embeddinglab.evaluation.load;

import org.jspecify.annotations.NullMarked;
