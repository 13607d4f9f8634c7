package io.github.embeddinglab.training.engine;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What a step did.
 *
 * @param step from 0
 * @param loss before the step
 * @param learningRate used
 * @param gradientNorm before clipping
 * @param plan how the batch was cut
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record StepReport(int step, double loss, double learningRate, double gradientNorm, StepPlan plan) {}
