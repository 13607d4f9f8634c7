package io.github.embeddinglab.api;

import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * The result of verifying a model's files.
 *
 * @param model as asked for
 * @param fingerprint of what was read
 * @param parameters numbers in its tensors
 * @param bytes of its folder
 * @param problems one line each; empty when all is well
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record ModelCheck(String model, Fingerprint fingerprint, long parameters, long bytes, List<String> problems) {
    /** Copies the list. */
    public ModelCheck {
        problems = List.copyOf(problems);
    }
}
