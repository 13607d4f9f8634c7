package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.training.FineTuningReport.Course;
import io.github.embeddinglab.core.model.Tensors;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What a training came to.
 *
 * @param weights by canonical name, single precision, of the chosen state
 * @param chosen which state that is, for people
 * @param course of the training
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record TrainingOutcome(Tensors weights, String chosen, Course course) {}
