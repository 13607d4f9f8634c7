package io.github.embeddinglab.api;

import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * An entry of the registry.
 *
 * @param id its name
 * @param aliases other names
 * @param facts what is known without loading
 * @param availability whether it can be loaded here and now
 * @param where the folder, jar or service that has it, or what to do to get it
 * @param builtIn false for models that the user added
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record ModelInfo(
        ModelId id, List<String> aliases, ModelFacts facts, Availability availability, String where, boolean builtIn) {
    /** Copies the list. */
    public ModelInfo {
        aliases = List.copyOf(aliases);
    }

    /** Whether a model can be loaded. */
    public enum Availability {
        /** Its weights are at hand. */
        READY,
        /** Only a download would bring it, and downloads must be allowed first. */
        DOWNLOADABLE,
        /** Nothing here can bring it. */
        UNAVAILABLE
    }
}
