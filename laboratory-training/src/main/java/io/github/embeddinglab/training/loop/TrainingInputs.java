package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.LossChoice;
import io.github.embeddinglab.training.data.TrainingSet;
import java.nio.file.Path;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * What a training begins with.
 *
 * @param parent folder of the model
 * @param rows to train on
 * @param recipe with all settings
 * @param loss that reads the rows
 * @param look by which a state is chosen; null to take the last
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record TrainingInputs(
        Path parent, TrainingSet rows, FineTuning.Recipe recipe, LossChoice loss, @Nullable SelectionLook look) {}
