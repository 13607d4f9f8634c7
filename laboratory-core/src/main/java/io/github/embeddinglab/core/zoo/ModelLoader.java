package io.github.embeddinglab.core.zoo;

import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.api.ModelVariant;
import io.github.embeddinglab.core.device.Devices;
import io.github.embeddinglab.core.device.RuntimeHazards;
import io.github.embeddinglab.core.graph.CompiledGraph;
import io.github.embeddinglab.core.graph.Dialect;
import io.github.embeddinglab.core.host.HostEnvironment;
import io.github.embeddinglab.core.inference.EmbedderFactory;
import io.github.embeddinglab.core.inference.ModelProfile;
import io.github.embeddinglab.core.inference.Notices;
import io.github.embeddinglab.core.inference.Workers;
import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.tokenization.Tokenizer;
import io.github.embeddinglab.core.tokenization.Tokenizers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns a folder into a running model. */
final class ModelLoader {
    private static final Logger LOG = LoggerFactory.getLogger(ModelLoader.class);

    private final ZooSettings settings;
    private final ClassLoader classLoader;
    private final Workers workers;
    private final KnownFingerprints fingerprints;
    private final CompiledGraphs graphs;
    private final Notices notices = new Notices();
    private @Nullable Devices devices;

    ModelLoader(ZooSettings settings, ClassLoader classLoader, Workers workers, KnownFingerprints fingerprints) {
        this.settings = settings;
        this.classLoader = classLoader;
        this.workers = workers;
        this.fingerprints = fingerprints;
        this.graphs = new CompiledGraphs(
                settings.directory().resolve("compiled"), settings.limits().compiledBytes());
    }

    LoadedModels.Loaded load(String name, Path path) {
        return open(path, (folder, tokenizer) -> load(name, folder, tokenizer));
    }

    /** The same weights with other steps around them. */
    LoadedModels.Loaded variant(String name, Path path, ModelVariant variant) {
        return open(path, (folder, tokenizer) -> {
            VariantDescription changed = VariantDescription.of(name, folder, variant);
            return changed.profile().encoder() == null
                    ? table(changed.profile(), folder, tokenizer)
                    : transformer(
                            changed.profile(),
                            tokenizer,
                            dialect -> graphs.folder(folder, changed.profile().modules(), changed.graphSuffix(), dialect));
        });
    }

    private interface Opened {
        LoadedModels.Loaded start(ModelFolder folder, Tokenizer tokenizer);
    }

    private LoadedModels.Loaded open(Path path, Opened opened) {
        try (ModelFolder folder = ModelFolder.open(path)) {
            if (folder.architecture() != Architecture.STATIC) {
                devices(); // the native runtime loads while the tokenizer is read
            }
            fingerprints.settle(folder);
            Tokenizer tokenizer =
                    Tokenizers.open(folder.tokenizer(), settings.directory().resolve("natives"), folder.lowerCase());
            try {
                return opened.start(folder, tokenizer);
            } catch (RuntimeException | Error e) {
                tokenizer.close();
                throw e;
            }
        }
    }

    private LoadedModels.Loaded load(String name, ModelFolder folder, Tokenizer tokenizer) {
        boolean table = folder.architecture() == Architecture.STATIC;
        ModelProfile profile = new ModelProfile(
                name,
                fingerprint(folder),
                folder.dimensions(),
                maxTokens(folder),
                folder.prompts(),
                folder.modules(),
                table ? null : folder.encoder(),
                notices);
        return table ? table(profile, folder, tokenizer) : transformer(profile, tokenizer, dialect -> graphs.folder(folder, dialect));
    }

    private LoadedModels.Loaded table(ModelProfile profile, ModelFolder folder, Tokenizer tokenizer) {
        return new LoadedModels.Loaded(
                EmbedderFactory.tokenTable(profile, tokenizer, folder.tensors(), workers), bytes(folder.path()));
    }

    private LoadedModels.Loaded transformer(ModelProfile profile, Tokenizer tokenizer, Function<Dialect, Path> graph) {
        Path compiled = graph.apply(devices().dialect());
        return new LoadedModels.Loaded(
                EmbedderFactory.transformer(
                        profile, tokenizer, compiled.resolve(CompiledGraph.MODEL_FILE), devices(), workers),
                bytes(compiled));
    }

    private synchronized Devices devices() {
        if (devices == null) {
            Devices found = Devices.choose(classLoader, settings.devices());
            if (notices.firstRuntime()) {
                // before the natives are loaded: one of the hazards ends the process there
                RuntimeHazards.find(classLoader, HostEnvironment.current())
                        .forEach(hazard -> LOG.warn("{}; {}", hazard.what(), hazard.fix()));
            }
            found.prepare();
            devices = found;
        }
        return devices;
    }

    private int maxTokens(ModelFolder folder) {
        return Math.min(folder.maxTokens(), settings.limits().maxTokens());
    }

    /** A limit that the configuration lowered changes the vectors of long texts, so it is another model to an index. */
    private Fingerprint fingerprint(ModelFolder folder) {
        int limit = maxTokens(folder);
        return limit == folder.maxTokens() ? folder.fingerprint() : folder.fingerprint().derived("max_sequence_length " + limit);
    }

    /** What a model takes in memory, about what its weights take on disk. */
    private static long bytes(Path folder) {
        try {
            return CompiledGraphs.size(folder);
        } catch (IOException e) {
            throw new InvalidModelException("folder " + folder + " cannot be read: " + e.getMessage(), e);
        }
    }
}
