package io.github.embeddinglab.api;

import io.github.embeddinglab.api.spi.EmbedderProvider;
import io.github.embeddinglab.api.spi.LaboratoryProvider;
import io.github.embeddinglab.api.spi.ModelSource;
import io.github.embeddinglab.api.spi.NamedProvider;
import io.github.embeddinglab.api.spi.RoomProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/** Sets up a laboratory in code. Not for concurrent use; what is built is. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class LaboratoryBuilder {
    private final List<Path> configurations = new ArrayList<>();
    private final Map<String, Embedder> embedders = new LinkedHashMap<>();
    private final List<EmbedderProvider> embedderProviders = new ArrayList<>();
    private final List<ModelSource> sources = new ArrayList<>();
    private final List<RoomProvider> rooms = new ArrayList<>();
    private @Nullable String defaultModel;
    private @Nullable Boolean allowDownloads;
    private @Nullable Resources resources;
    private @Nullable Path modelDirectory;
    private @Nullable LaboratoryProvider provider;
    private @Nullable ClassLoader classLoader;
    private boolean discovery = true;

    LaboratoryBuilder() {}

    /**
     * Reads a configuration file; a later one wins, and what is set in code wins over all.
     *
     * @param file a {@code laboratory.yaml}
     * @return this
     */
    public LaboratoryBuilder configuration(Path file) {
        configurations.add(file);
        return this;
    }

    /**
     * Chooses the model that is used where none is named.
     *
     * @param model name, alias or folder
     * @return this
     */
    public LaboratoryBuilder defaultModel(String model) {
        defaultModel = model;
        return this;
    }

    /**
     * Allows or forbids downloads; forbidden by default.
     *
     * @param allow whether the hub may be asked
     * @return this
     */
    public LaboratoryBuilder allowDownloads(boolean allow) {
        allowDownloads = allow;
        return this;
    }

    /**
     * Bounds threads and memory.
     *
     * @param value what inference may use
     * @return this
     */
    public LaboratoryBuilder resources(Resources value) {
        resources = value;
        return this;
    }

    /**
     * Chooses where imported, downloaded and compiled models are kept.
     *
     * @param directory created when needed
     * @return this
     */
    public LaboratoryBuilder modelDirectory(Path directory) {
        modelDirectory = directory;
        return this;
    }

    /**
     * Hands in a ready embedder; it stays the caller's to close.
     *
     * @param name how {@link EmbedOptions#model(String)} names it
     * @param embedder the embedder
     * @return this
     * @throws ConfigurationException when the name is taken
     */
    public LaboratoryBuilder embedder(String name, Embedder embedder) {
        if (embedders.putIfAbsent(name, embedder) != null) {
            throw new ConfigurationException("two embedders are called \"" + name + "\"; give each its own name");
        }
        return this;
    }

    /**
     * Hands in a provider of embedders.
     *
     * @param value the provider
     * @return this
     */
    public LaboratoryBuilder embedderProvider(EmbedderProvider value) {
        embedderProviders.add(value);
        return this;
    }

    /**
     * Hands in a source of model folders, asked before the laboratory's own.
     *
     * @param source the source
     * @return this
     */
    public LaboratoryBuilder modelSource(ModelSource source) {
        sources.add(source);
        return this;
    }

    /**
     * Hands in a room.
     *
     * @param room its provider
     * @return this
     */
    public LaboratoryBuilder room(RoomProvider room) {
        rooms.add(room);
        return this;
    }

    /**
     * Hands in the implementation itself.
     *
     * @param value the implementation
     * @return this
     */
    public LaboratoryBuilder provider(LaboratoryProvider value) {
        provider = value;
        return this;
    }

    /**
     * Chooses the class loader for discovery and model jars; the thread's by default.
     *
     * @param loader the class loader
     * @return this
     */
    public LaboratoryBuilder classLoader(ClassLoader loader) {
        classLoader = loader;
        return this;
    }

    /**
     * Switches {@link java.util.ServiceLoader} off, so that only what was handed in is used.
     *
     * @param discover whether to look
     * @return this
     */
    public LaboratoryBuilder discovery(boolean discover) {
        discovery = discover;
        return this;
    }

    /**
     * Opens the laboratory.
     *
     * @return a laboratory to close
     * @throws ConfigurationException when settings do not fit together
     * @throws MissingArtifactException when there is no implementation
     */
    public EmbeddingLaboratory build() {
        ClassLoader loader = classLoader;
        if (loader == null) {
            ClassLoader context = Thread.currentThread().getContextClassLoader();
            loader = context == null ? EmbeddingLaboratory.class.getClassLoader() : context;
        }
        LaboratoryProvider implementation = provider;
        if (implementation == null) {
            List<LaboratoryProvider> found =
                    discovery ? NamedProvider.discover(LaboratoryProvider.class, loader) : List.of();
            if (found.size() != 1) {
                throw new MissingArtifactException(found.isEmpty()
                        ? "no implementation of the laboratory is on the class path; add the artifact"
                                + " io.github.embeddinglab:laboratory-cpu (or laboratory-gpu)"
                        : "several implementations of the laboratory are on the class path ("
                                + NamedProvider.names(found) + "); keep one, or hand one to the builder");
            }
            implementation = found.get(0);
        }
        return implementation.open(new LaboratorySettings(
                configurations,
                defaultModel,
                allowDownloads,
                resources,
                modelDirectory,
                new LaboratorySettings.Parts(embedders, embedderProviders, sources, rooms, loader, discovery)));
    }
}
