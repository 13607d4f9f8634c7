package io.github.embeddinglab.core.zoo;

import io.github.embeddinglab.core.hub.HubSettings;
import java.nio.file.Path;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Where models come from and are kept.
 *
 * @param directory of imported, unpacked and compiled models and of the user's registry
 * @param hub the hub and its cache
 * @param limits of what is kept
 * @param devices to run on, empty for all there are
 * @param enabled names that this laboratory may load, empty for all
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record ZooSettings(Path directory, HubSettings hub, Limits limits, List<String> devices, List<String> enabled) {
    /** Copies the lists. */
    public ZooSettings {
        devices = List.copyOf(devices);
        enabled = List.copyOf(enabled);
    }

    /**
     * Bounds.
     *
     * @param count models in memory
     * @param bytes of models in memory
     * @param compiledBytes of compiled graphs on disk
     * @param maxTokens lowers each model's limit; {@link Integer#MAX_VALUE} leaves it
     */
    public record Limits(int count, long bytes, long compiledBytes, int maxTokens) {}
}
