package io.github.embeddinglab.core.zoo;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.ModelId;
import io.github.embeddinglab.api.ModelNotFoundException;
import io.github.embeddinglab.core.files.WholeFiles;
import io.github.embeddinglab.core.json.JsonTrees;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Names and facts of models: the built-in ones and the user's, which are kept in {@code registry.json} of the model
 * directory. Other processes may change that file; it is read anew for each question and written under a lock.
 */
final class Registry {
    private static final String FILE = "registry.json";
    private static final long POLL_MILLIS = 20;
    private static final JsonFactory JSON = new JsonFactory();

    private record Content(List<RegistryEntry> models) {}

    private final Path directory;
    private final List<RegistryEntry> builtIn;

    Registry(Path directory) {
        this.directory = directory;
        try (InputStream in = Registry.class.getResourceAsStream("models.json")) {
            if (in == null) {
                throw new LaboratoryException("models.json is missing from laboratory-core; the jar is damaged");
            }
            this.builtIn = models(JsonTrees.read(JSON, in.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException("models.json of laboratory-core cannot be read", e);
        }
    }

    /** All entries, built-in first, each part sorted by name. */
    List<RegistryEntry> entries() {
        List<RegistryEntry> all = new ArrayList<>(builtIn);
        all.sort(Comparator.comparing(RegistryEntry::id));
        all.addAll(users());
        return all;
    }

    /** The entry that has this name, alias or hub name. */
    Optional<RegistryEntry> find(String name) {
        return entries().stream().filter(entry -> entry.isCalled(name)).findFirst();
    }

    boolean isBuiltIn(RegistryEntry entry) {
        return builtIn.contains(entry);
    }

    /**
     * Sees that a name is free; no promise, another process may take it meanwhile.
     *
     * @throws InvalidInputException when it is taken
     */
    void requireFree(ModelId id) {
        find(id.value()).ifPresent(taken -> {
            throw new InvalidInputException("the name \"" + id + "\" is taken by the model " + taken.id()
                    + "; choose another, or remove that one first");
        });
    }

    void add(RegistryEntry entry) {
        update(users -> {
            requireFree(ModelId.of(entry.id()));
            List<RegistryEntry> more = new ArrayList<>(users);
            more.add(entry);
            more.sort(Comparator.comparing(RegistryEntry::id));
            return more;
        });
    }

    RegistryEntry remove(ModelId id) {
        RegistryEntry[] removed = new RegistryEntry[1];
        update(users -> {
            removed[0] = users.stream()
                    .filter(user -> user.id().equals(id.value()))
                    .findFirst()
                    .orElseThrow(() -> new ModelNotFoundException("there is no model \"" + id + "\" of yours to remove; "
                            + (find(id.value()).isPresent() ? "it is built in" : "see `lab models list`")));
            return users.stream().filter(user -> !user.id().equals(id.value())).toList();
        });
        return removed[0];
    }

    private List<RegistryEntry> users() {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            List<RegistryEntry> users = models(JsonTrees.read(JSON, Files.readAllBytes(file)));
            for (RegistryEntry user : users) {
                if (user.path() == null) {
                    throw new IllegalArgumentException("the entry \"" + user.id() + "\" has no path");
                }
            }
            return users;
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(file + " is damaged (" + e.getMessage() + "); mend it, or move it away to begin with an empty registry", e);
        } catch (JsonProcessingException e) {
            throw new ConfigurationException(file + " is damaged at line " + e.getLocation().getLineNr()
                    + "; mend it, or move it away to begin with an empty registry", e);
        } catch (IOException e) {
            throw new LaboratoryException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** @throws IllegalArgumentException naming what is wrong */
    private static List<RegistryEntry> models(JsonNode root) {
        if (!root.path("models").isArray()) {
            throw new IllegalArgumentException("it has no list \"models\"");
        }
        List<RegistryEntry> models = new ArrayList<>();
        root.path("models").forEach(node -> models.add(EntryReader.read(node)));
        return List.copyOf(models);
    }

    /** Apart, since binding is slow to start and reading does without it. */
    private static final class Writer {
        private static final ObjectMapper MAPPER = JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .defaultPropertyInclusion(JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
                .build();
    }

    private void update(UnaryOperator<List<RegistryEntry>> change) {
        try {
            Files.createDirectories(directory);
            Path lockFile = directory.resolve("." + FILE + ".lock");
            try (FileChannel channel =
                    FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                while (!tryLock(channel)) {
                    Thread.sleep(POLL_MILLIS);
                }
                // the lock goes with the channel
                WholeFiles.file(directory.resolve(FILE), Writer.MAPPER.writeValueAsBytes(new Content(change.apply(users()))));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("changing the registry was cancelled by an interrupt; nothing was changed", e);
        } catch (IOException e) {
            throw new LaboratoryException(
                    "the registry in " + directory + " cannot be written: " + e.getMessage() + "; nothing was changed", e);
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // another thread of this process has it
        }
    }
}
