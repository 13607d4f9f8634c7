package io.github.embeddinglab.training.loop;

import java.nio.file.Path;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Folders that a training uses.
 *
 * @param natives for the tokenizer's native library
 * @param run of this training alone, the same for the same parent, data and settings; made when needed
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record TrainingPlaces(Path natives, Path run) {
    /** Removes what the training would be resumed from; when its result is written, and not before. */
    public void forget() {
        new RunState(run).clear();
    }
}
