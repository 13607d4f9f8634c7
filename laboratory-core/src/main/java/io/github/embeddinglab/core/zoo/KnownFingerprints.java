package io.github.embeddinglab.core.zoo;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.core.files.WholeFiles;
import io.github.embeddinglab.core.json.JsonTrees;
import io.github.embeddinglab.core.model.ModelFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fingerprints of folders, kept in {@code fingerprints} of the model directory, for two ends. Loading does not digest the
 * weights again while size and times of all files are as they were; so it sees a file that was replaced or written to,
 * but not a bit that the disk lost, which {@code verify} finds. And a folder that was made here, registered or taken from
 * the hub has the fingerprint of that moment to be compared with.
 */
final class KnownFingerprints {
    private static final Logger LOG = LoggerFactory.getLogger(KnownFingerprints.class);
    private static final JsonFactory JSON = new JsonFactory();
    private static final int NAME_LENGTH = 32;

    /** A file written to within this time before it is read could be written to again without a later time. */
    private static final Duration CLOCK_STEP = Duration.ofMillis(50);

    private final Path directory;
    private final List<Path> kept;

    /**
     * @param modelDirectory holds the records
     * @param kept folders below which nobody but a program of this kind writes models
     */
    KnownFingerprints(Path modelDirectory, List<Path> kept) {
        this.directory = modelDirectory.resolve("fingerprints");
        this.kept = kept.stream().map(path -> path.toAbsolutePath().normalize()).toList();
    }

    /** One file as it stood. */
    private record Stamp(String file, long bytes, String modified, String changed) {}

    /**
     * What is kept of a folder.
     *
     * @param path its place
     * @param fingerprint of the files below
     * @param files as they stood, empty where that cannot be relied on
     * @param original fingerprint when it was made here or registered, null for others
     */
    private record Entry(String path, String fingerprint, List<Stamp> files, @Nullable String original) {}

    /**
     * Sees that a folder has its fingerprint, digesting its weights only where the files changed.
     *
     * @throws InvalidModelException when a folder that was made here is no longer what it was
     */
    void settle(ModelFolder folder) {
        List<Stamp> now = stamps(folder.path());
        Optional<Entry> known = read(folder.path());
        if (known.isPresent() && !now.isEmpty() && now.equals(known.get().files())) {
            folder.assumeFingerprint(new Fingerprint(known.get().fingerprint()));
            return;
        }
        boolean ours = isKept(folder.path());
        String original = known.map(Entry::original).orElse(null);
        String found = folder.fingerprint().value();
        if (ours && original != null && !original.equals(found)) {
            throw new InvalidModelException("model folder " + folder.path() + " is damaged: " + changed(original, found));
        }
        write(folder.path(), found, now, ours ? found : original);
    }

    /** Remembers a folder's fingerprint as the one that it ought to have. */
    void register(ModelFolder folder) {
        String found = folder.fingerprint().value();
        write(folder.path(), found, stamps(folder.path()), found);
    }

    /** Forgets a folder that is gone, or made anew. */
    void forget(Path folder) {
        try {
            Files.deleteIfExists(file(folder));
        } catch (IOException e) {
            throw new InvalidModelException("the record of " + folder + " in " + directory + " cannot be deleted ("
                    + e.getMessage() + "); delete the folder " + directory, e);
        }
    }

    /** What is wrong with a folder whose every byte was digested; empty where it is as it was, or nothing is known of it. */
    Optional<String> problem(ModelFolder digested) {
        String found = digested.fingerprint().value();
        return read(digested.path())
                .map(Entry::original)
                .filter(original -> !original.equals(found))
                .map(original -> changed(original, found));
    }

    private static String changed(String original, String found) {
        return "weights, tokenizer or settings changed since it was made or registered (fingerprint was " + original
                + ", is " + found + "); make it again: delete the folder if it was imported or downloaded, or"
                + " `lab models remove` and `add` it";
    }

    private boolean isKept(Path folder) {
        Path path = folder.toAbsolutePath().normalize();
        return kept.stream().anyMatch(path::startsWith);
    }

    private Path file(Path folder) {
        byte[] path = folder.toAbsolutePath().normalize().toString().getBytes(StandardCharsets.UTF_8);
        try {
            String name = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(path));
            return directory.resolve(name.substring(0, NAME_LENGTH) + ".json");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private Optional<Entry> read(Path folder) {
        Path file = file(folder);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return entry(JsonTrees.read(JSON, Files.readAllBytes(file)));
        } catch (IOException e) {
            LOG.warn("{} is damaged and is written anew: {}", file, e.getClass().getSimpleName());
            return Optional.empty();
        }
    }

    /** Empty where the record is not whole. */
    private static Optional<Entry> entry(JsonNode node) {
        JsonNode fingerprint = node.path("fingerprint");
        JsonNode original = node.path("original");
        if (!fingerprint.isTextual() || !node.path("files").isArray()) {
            return Optional.empty();
        }
        List<Stamp> files = new ArrayList<>();
        for (JsonNode file : node.path("files")) {
            files.add(new Stamp(
                    file.path("file").asText(), file.path("bytes").asLong(), file.path("modified").asText(), file.path("changed").asText()));
        }
        return Optional.of(new Entry(
                node.path("path").asText(), fingerprint.textValue(), files, original.isTextual() ? original.textValue() : null));
    }

    /** Apart, since binding is slow to start and reading does without it. */
    private static final class Writer {
        private static final ObjectMapper MAPPER = JsonMapper.builder()
                .defaultPropertyInclusion(JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
                .build();
    }

    private void write(Path folder, String fingerprint, List<Stamp> files, @Nullable String original) {
        String path = folder.toAbsolutePath().normalize().toString();
        try {
            WholeFiles.file(file(folder), Writer.MAPPER.writeValueAsBytes(new Entry(path, fingerprint, files, original)));
        } catch (IOException e) {
            LOG.warn("the fingerprint of {} cannot be kept in {} ({}); it is computed at each start", folder, directory, e.getMessage());
        }
    }

    /** Empty where a file is so young that equal stamps would prove nothing. */
    private static List<Stamp> stamps(Path folder) {
        Instant settled = Instant.now().minus(CLOCK_STEP);
        List<Stamp> stamps = new ArrayList<>();
        boolean unix = folder.getFileSystem().supportedFileAttributeViews().contains("unix");
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                String changed = unix ? String.valueOf(Files.getAttribute(file, "unix:ctime")) : "";
                if (attributes.lastModifiedTime().toInstant().isAfter(settled)) {
                    return List.of();
                }
                stamps.add(new Stamp(
                        folder.relativize(file).toString(), attributes.size(), attributes.lastModifiedTime().toString(), changed));
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("files of {} cannot be examined, its weights are digested", folder, e);
            return List.of();
        }
        return stamps;
    }
}
