package io.github.embeddinglab.core.zoo;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.ModelId;
import io.github.embeddinglab.api.ModelNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
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
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .defaultPropertyInclusion(JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .build();

    private record Content(List<RegistryEntry> models) {}

    private final Path directory;
    private final List<RegistryEntry> builtIn;

    Registry(Path directory) {
        this.directory = directory;
        try (InputStream in = Registry.class.getResourceAsStream("models.json")) {
            if (in == null) {
                throw new LaboratoryException("models.json is missing from laboratory-core; the jar is damaged");
            }
            this.builtIn = JSON.readValue(in, Content.class).models();
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

    void add(RegistryEntry entry) {
        update(users -> {
            find(entry.id()).ifPresent(taken -> {
                throw new ConfigurationException("the name \"" + entry.id() + "\" is taken by the model " + taken.id()
                        + "; choose another, or remove that one first");
            });
            List<RegistryEntry> more = new ArrayList<>(users);
            more.add(entry);
            more.sort(Comparator.comparing(RegistryEntry::id));
            return more;
        });
    }

    RegistryEntry remove(ModelId id) {
        RegistryEntry entry = users().stream()
                .filter(user -> user.id().equals(id.value()))
                .findFirst()
                .orElseThrow(() -> new ModelNotFoundException("there is no model \"" + id + "\" of yours to remove; "
                        + (find(id.value()).isPresent() ? "it is built in" : "see `lab models list`")));
        update(users -> users.stream().filter(user -> !user.id().equals(id.value())).toList());
        return entry;
    }

    private List<RegistryEntry> users() {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            return JSON.readValue(file.toFile(), Content.class).models();
        } catch (JsonProcessingException e) {
            throw new ConfigurationException(file + " is damaged at line " + e.getLocation().getLineNr()
                    + "; mend it, or move it away to begin with an empty registry", e);
        } catch (IOException e) {
            throw new LaboratoryException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void update(UnaryOperator<List<RegistryEntry>> change) {
        try {
            Files.createDirectories(directory);
            Path lockFile = directory.resolve("." + FILE + ".lock");
            try (FileChannel channel =
                    FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                channel.lock(); // released with the channel
                AtomicFiles.write(directory.resolve(FILE), JSON.writeValueAsBytes(new Content(change.apply(users()))));
            }
        } catch (IOException e) {
            throw new LaboratoryException(
                    "the registry in " + directory + " cannot be written: " + e.getMessage() + "; nothing was changed", e);
        }
    }
}
