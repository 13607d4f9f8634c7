package io.github.embeddinglab.core.zoo;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Export;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.LaboratorySettings;
import io.github.embeddinglab.api.ModelCheck;
import io.github.embeddinglab.api.ModelFacts;
import io.github.embeddinglab.api.ModelId;
import io.github.embeddinglab.api.ModelInfo;
import io.github.embeddinglab.api.ModelNotFoundException;
import io.github.embeddinglab.api.ModelRef;
import io.github.embeddinglab.api.ModelVariant;
import io.github.embeddinglab.api.Models;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.spi.EmbedderProvider;
import io.github.embeddinglab.api.spi.ModelSource;
import io.github.embeddinglab.api.spi.NamedProvider;
import io.github.embeddinglab.core.decoration.Decoration;
import io.github.embeddinglab.core.export.Exporter;
import io.github.embeddinglab.core.inference.Workers;
import io.github.embeddinglab.core.model.ModelFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** The room {@code models()}: names resolved to embedders, whoever brings them. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Zoo implements Models, AutoCloseable {
    /** Decorators are small; one costs work to make, and must not be evicted by the model that it decorates. */
    private static final int DECORATED = 64;

    private final ZooSettings settings;
    private final Registry registry;
    private final Map<String, Embedder> handedIn;
    private final List<EmbedderProvider> providers;
    private final KnownFingerprints fingerprints;
    private final FolderFinder finder;
    private final ModelLoader loader;
    private final LoadedModels loaded;
    private final LoadedModels decorated;

    /**
     * Opens the zoo; nothing is read yet.
     *
     * @param settings where models come from and are kept
     * @param parts objects handed in by the builder
     * @param workers shared budget
     */
    public Zoo(ZooSettings settings, LaboratorySettings.Parts parts, Workers workers) {
        this.settings = settings;
        this.registry = new Registry(settings.directory());
        this.handedIn = parts.embedders();
        this.providers = collect(EmbedderProvider.class, parts.embedderProviders(), parts);
        this.fingerprints = new KnownFingerprints(
                settings.directory(),
                List.of(
                        settings.directory().resolve("imported"),
                        settings.directory().resolve("jars"),
                        settings.directory().resolve("models"),
                        settings.hub().cacheDirectory()));
        this.finder = new FolderFinder(
                settings, registry, parts.classLoader(), collect(ModelSource.class, parts.sources(), parts), fingerprints);
        this.loader = new ModelLoader(settings, parts.classLoader(), workers, fingerprints);
        this.loaded = new LoadedModels(settings.limits().count(), settings.limits().bytes());
        this.decorated = new LoadedModels(DECORATED, Long.MAX_VALUE);
    }

    private static <P extends NamedProvider> List<P> collect(
            Class<P> kind, List<P> given, LaboratorySettings.Parts parts) {
        List<P> all = new ArrayList<>(given);
        if (parts.discovery()) {
            all.addAll(NamedProvider.discover(kind, parts.classLoader()));
        }
        return NamedProvider.check(kind, all);
    }

    @Override
    public List<ModelInfo> list() {
        List<ModelInfo> list = new ArrayList<>();
        registry.entries().forEach(entry -> list.add(info(entry)));
        providers.forEach(provider -> list.addAll(provider.models()));
        handedIn.forEach((name, embedder) -> list.add(info(name, embedder)));
        return List.copyOf(list);
    }

    @Override
    public ModelInfo show(String model) {
        Embedder given = handedIn.get(model);
        if (given != null) {
            return info(model, given);
        }
        Optional<ModelInfo> provided = providers.stream()
                .flatMap(provider -> provider.models().stream())
                .filter(info -> info.id().value().equals(model) || info.aliases().contains(model))
                .findFirst();
        if (provided.isPresent()) {
            return provided.get();
        }
        Optional<Decoration> decoration = Decoration.parse(model);
        if (decoration.isPresent()) {
            return show(decoration.get().model());
        }
        Optional<RegistryEntry> entry = registry.find(ModelRef.parse(model).name());
        if (entry.isPresent()) {
            return info(entry.get());
        }
        Path path = finder.find(ModelRef.parse(model));
        return FolderFacts.of(path);
    }

    private ModelInfo info(RegistryEntry entry) {
        ModelRef ref = ModelRef.parse(entry.id());
        Optional<String> at = finder.where(ref);
        ModelInfo.Availability availability = at.isPresent()
                ? ModelInfo.Availability.READY
                : entry.hubName().isEmpty()
                        ? ModelInfo.Availability.UNAVAILABLE
                        : ModelInfo.Availability.DOWNLOADABLE;
        return new ModelInfo(
                ModelId.of(entry.id()),
                entry.aliasList(),
                entry.facts(),
                availability,
                at.orElseGet(() -> finder.wayOut(entry)),
                registry.isBuiltIn(entry));
    }

    private static ModelInfo info(String name, Embedder embedder) {
        return new ModelInfo(
                ModelId.of(name),
                List.of(),
                new ModelFacts(
                        "handed in by the host", embedder.dimensions(), embedder.maxTokens(), List.of(), "", "", Map.of(), List.of()),
                ModelInfo.Availability.READY,
                embedder.getClass().getName(),
                false);
    }

    @Override
    public Embedder load(String model) {
        Embedder given = handedIn.get(model);
        if (given != null) {
            return new ModelHandle(model, new ModelHandle.Lease() {
                @Override
                public <T> T with(Function<Embedder, T> use) {
                    return use.apply(given);
                }
            });
        }
        Optional<EmbedderProvider> provider = provider(model);
        if (provider.isPresent()) {
            return handle(loaded, model, key -> new LoadedModels.Loaded(provider.get().open(model), 0));
        }
        Optional<Decoration> decoration = Decoration.parse(model);
        if (decoration.isPresent()) {
            requireExists(decoration.get().model());
            return handle(decorated, model, key -> new LoadedModels.Loaded(decoration.get().open(this::load), 0));
        }
        ModelRef ref = ModelRef.parse(model);
        requireEnabled(ref);
        Path folder = finder.find(ref);
        return handle(loaded, finder.canonicalName(ref), key -> loader.load(key, folder));
    }

    /** A handle says at once when its model is not there. */
    private void requireExists(String inner) {
        load(inner).close();
    }

    @Override
    public Embedder variant(String model, ModelVariant variant) {
        if (handedIn.containsKey(model) || provider(model).isPresent() || Decoration.parse(model).isPresent()) {
            return Models.super.variant(model, variant);
        }
        ModelRef ref = ModelRef.parse(model);
        requireEnabled(ref);
        Path folder = finder.find(ref);
        return handle(loaded, finder.canonicalName(ref) + "[" + variant + "]", key -> loader.variant(key, folder, variant));
    }

    private void requireEnabled(ModelRef ref) {
        Optional<RegistryEntry> entry = registry.find(ref.name());
        if (!settings.enabled().isEmpty()
                && entry.isPresent()
                && settings.enabled().stream().noneMatch(entry.get()::isCalled)) {
            throw new ModelNotFoundException("model \"" + ref + "\" is not among models.enabled ("
                    + String.join(", ", settings.enabled()) + "); add it there");
        }
    }

    private static Embedder handle(LoadedModels models, String name, Function<String, LoadedModels.Loaded> load) {
        return new ModelHandle(name, new ModelHandle.Lease() {
            @Override
            public <T> T with(Function<Embedder, T> use) {
                return models.with(name, load, use);
            }

            @Override
            public Progress.Listener guarded(Progress.Listener listener) {
                return models.guarded(listener);
            }
        });
    }

    @Override
    public Path folder(String model) {
        if (handedIn.containsKey(model) || provider(model).isPresent()) {
            throw new InvalidInputException("model \"" + model
                    + "\" has no folder: an object or a service gives its vectors; name a model with weights");
        }
        ModelRef ref = ModelRef.parse(model);
        requireEnabled(ref);
        return finder.find(ref);
    }

    @Override
    public ModelInfo add(ModelId id, Path path, ModelFacts facts) {
        requireUnclaimed(id);
        registry.requireFree(id);
        FolderImport.Result result = new FolderImport(settings.directory().resolve("models")).take(id, path, facts);
        try {
            try (ModelFolder folder = ModelFolder.open(result.folder())) {
                fingerprints.register(folder);
            }
            registry.add(RegistryEntry.ofUser(id, result.folder().toString(), result.managed(), result.facts()));
        } catch (RuntimeException | Error e) {
            fingerprints.forget(result.folder());
            if (result.managed()) {
                FolderImport.discard(result.folder());
            }
            throw e;
        }
        return show(id.value());
    }

    /** Objects and providers are asked before the registry: an entry behind one of their names would never be seen. */
    private void requireUnclaimed(ModelId id) {
        if (handedIn.containsKey(id.value()) || provider(id.value()).isPresent()) {
            throw new InvalidInputException("the name \"" + id
                    + "\" is taken by an embedder that was handed in or found on the class path; choose another");
        }
    }

    private Optional<EmbedderProvider> provider(String model) {
        return providers.stream()
                .filter(candidate -> candidate.models().stream()
                        .anyMatch(info -> info.id().value().equals(model) || info.aliases().contains(model)))
                .findFirst();
    }

    @Override
    public void remove(ModelId id) {
        RegistryEntry entry = registry.remove(id);
        loaded.forget(entry.id());
        if (entry.path() != null) {
            fingerprints.forget(Path.of(entry.path()));
        }
        if (entry.managed() && entry.path() != null) {
            FolderImport.discard(Path.of(entry.path()));
        }
    }

    @Override
    public ModelCheck verify(String model) {
        return FolderFacts.verify(
                model, finder.find(ModelRef.parse(model)), settings.directory().resolve("natives"), fingerprints);
    }

    @Override
    public Path export(String model, Export form, Path target) {
        ModelRef ref = ModelRef.parse(model);
        if (handedIn.containsKey(model)) {
            throw new InvalidInputException("model \"" + model + "\" was handed in as an object; only folders can be exported");
        }
        Optional<RegistryEntry> entry = registry.find(ref.name());
        try (ModelFolder folder = ModelFolder.open(finder.find(ref))) {
            String name = entry.map(RegistryEntry::id)
                    .orElseGet(() -> ref.hasHubForm() ? ref.name() : FolderFacts.name(folder.path()));
            return new Exporter(name, entry.map(RegistryEntry::facts).orElse(null)).export(folder, form, target);
        }
    }

    /**
     * Sees that closing would not wait for its own caller.
     *
     * @throws LaboratoryException when the thread is in a progress listener of a call in flight
     */
    public void requireNoListener() {
        decorated.requireNoListener();
        loaded.requireNoListener();
    }

    /** Closes all loaded models after the calls in flight. */
    @Override
    public void close() {
        decorated.close();
        loaded.close();
    }
}
