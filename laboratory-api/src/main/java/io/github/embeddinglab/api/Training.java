package io.github.embeddinglab.api;

import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuningReport;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Fine-tuning and distillation; provided by {@code laboratory-training}. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface Training extends Room {
    /**
     * Fine-tunes a model, judges the result, and registers it when it is better. Blocks; interrupting the thread stops at the next
     * step and leaves a state that {@link FineTuning.Builder#resume} goes on with, where training can be resumed.
     *
     * @param spec what, on what, and how
     * @return what came of it; a model that the gate refuses is a result, too
     * @throws InvalidInputException when data or settings do not fit, before anything starts
     * @throws MissingArtifactException when the class path has no natives for this platform
     * @throws CancelledException when it was interrupted
     */
    FineTuningReport fineTune(FineTuning spec);

    /**
     * The same in the background.
     *
     * @param spec what, on what, and how
     * @return the job
     */
    Job<FineTuningReport> submitFineTune(FineTuning spec);

    /**
     * What a request expands to: strategy, loss, settings, and why. Reads the data and changes nothing.
     *
     * @param spec what, on what, and how
     * @return lines for people
     */
    List<String> plan(FineTuning spec);

    /**
     * The losses.
     *
     * @return their names, in alphabetical order
     */
    List<String> losses();
}
