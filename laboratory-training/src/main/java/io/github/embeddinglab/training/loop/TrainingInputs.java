package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.Embedder;
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
 * @param from the model
 * @param rows to train on
 * @param recipe with all settings
 * @param loss that reads the rows, as {@link LossMaker#resolve} gives it
 * @param look by which a state is chosen; null to take the last
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record TrainingInputs(
        From from, TrainingSet rows, FineTuning.Recipe recipe, LossChoice loss, @Nullable SelectionLook look) {
    /**
     * Models of a training.
     *
     * @param parent folder of the model that is trained
     * @param ancestor folder of the model that a later stage goes back to where it was better, and whose weights are mixed in; the
     *     parent itself in a training of one stage
     * @param outside teacher or guide of the loss, open for the training; null without one
     */
    public record From(Path parent, Path ancestor, @Nullable Embedder outside) {
        /**
         * One stage without another model.
         *
         * @param parent folder of the model
         * @return the parent, which is its own ancestor
         */
        public static From of(Path parent) {
            return new From(parent, parent, null);
        }
    }
}
