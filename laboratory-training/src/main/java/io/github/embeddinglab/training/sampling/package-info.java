/**
 * Which rows stand in which batch. The order is a pure function of (seed, epoch), so a resumed run replays it without a
 * stored generator.
 *
 * <p>To add a sampler, implement {@link io.github.embeddinglab.training.sampling.BatchSampler}; batches over several sets are
 * made of one sampler a set by {@link io.github.embeddinglab.training.sampling.SetSampler}.
 */
@NullMarked
package io.github.embeddinglab.training.sampling;

import org.jspecify.annotations.NullMarked;
