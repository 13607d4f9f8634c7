package io.github.embeddinglab.api;

import io.github.embeddinglab.api.spi.EmbedderProvider;
import io.github.embeddinglab.api.spi.ModelSource;
import io.github.embeddinglab.api.spi.RoomProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * What a builder collected; read by the implementation. Null means: not said, so the configuration files decide, then the
 * defaults.
 *
 * @param configurations files, later ones win
 * @param defaultModel name of the default model
 * @param allowDownloads whether models may be downloaded
 * @param resources what inference may use
 * @param modelDirectory where models are kept
 * @param parts objects handed in
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record LaboratorySettings(
        List<Path> configurations,
        @Nullable String defaultModel,
        @Nullable Boolean allowDownloads,
        @Nullable Resources resources,
        @Nullable Path modelDirectory,
        Parts parts) {
    /** Copies the list. */
    public LaboratorySettings {
        configurations = List.copyOf(configurations);
    }

    /**
     * Objects handed in; an explicit choice wins over discovery.
     *
     * @param embedders ready embedders by name; they stay the caller's to close
     * @param embedderProviders instead of or beside discovered ones
     * @param sources asked before the laboratory's own
     * @param rooms instead of discovered ones
     * @param classLoader for discovery and for model jars
     * @param discovery whether {@link java.util.ServiceLoader} is asked
     */
    public record Parts(
            Map<String, Embedder> embedders,
            List<EmbedderProvider> embedderProviders,
            List<ModelSource> sources,
            List<RoomProvider> rooms,
            ClassLoader classLoader,
            boolean discovery) {
        /** Copies the collections. */
        public Parts {
            embedders = Map.copyOf(embedders);
            embedderProviders = List.copyOf(embedderProviders);
            sources = List.copyOf(sources);
            rooms = List.copyOf(rooms);
        }
    }
}
