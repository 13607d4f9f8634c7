/**
 * How sure a figure is: bootstrap intervals, paired tests, correction for several comparisons.
 *
 * <p>All random numbers come from (seed, number of the resample), so a result depends on neither threads nor order. To add
 * a test, write it over {@link io.github.embeddinglab.api.Measure} and show by simulation with a known truth that it
 * rejects as often as it says.
 */
@NullMarked
package io.github.embeddinglab.evaluation.statistics;

import org.jspecify.annotations.NullMarked;
