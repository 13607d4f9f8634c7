package io.github.embeddinglab.core.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.embeddinglab.api.DownloadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the first permitted download of each revision brought, in one small JSON file per model. Later downloads of the
 * same revision take the same commit, and files that differ are refused.
 */
final class DigestRecord {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final String NAME = "laboratory-digests.json";
    private final Path file;
    private final Path lock;
    private final String id;

    DigestRecord(HubSettings settings, HubCache cache, String id) {
        Path directory = settings.recordDirectory();
        this.file = directory == null
                ? cache.folder(id).resolve(NAME)
                : directory.resolve(cache.folder(id).getFileName() + ".json");
        this.lock = cache.lock(id, NAME);
        this.id = id;
    }

    /**
     * One revision.
     *
     * @param commit that it stood for
     * @param sha256 by path
     */
    record Entry(String commit, Map<String, String> sha256) {}

    /** The file, for messages. */
    Path file() {
        return file;
    }

    /** What is recorded for a revision, or for another revision of the same commit. */
    Optional<Entry> find(String revision) {
        JsonNode revisions = read().path("revisions");
        JsonNode node = revisions.path(revision);
        if (node.isMissingNode()) {
            for (JsonNode other : revisions) {
                if (other.path("commit").asText("").equals(revision)) {
                    node = other;
                }
            }
        }
        if (node.isMissingNode()) {
            return Optional.empty();
        }
        Map<String, String> digests = new TreeMap<>();
        node.path("files").properties().forEach(entry -> digests.put(entry.getKey(), entry.getValue().asText("")));
        String commit = node.path("commit").asText("");
        if (!HubNames.isCommit(commit)) {
            throw damaged("revision \"" + revision + "\" has no commit of 40 hexadecimal digits", null);
        }
        return Optional.of(new Entry(commit, digests));
    }

    /** Adds a revision; what is recorded already stays. */
    void add(String revision, Entry entry) throws IOException {
        FileHold.during(lock, () -> {
            ObjectNode root = (ObjectNode) read();
            root.put("model", id);
            ObjectNode revisions = root.withObject("/revisions");
            if (!revisions.has(revision)) {
                ObjectNode node = revisions.putObject(revision);
                node.put("commit", entry.commit());
                ObjectNode files = node.putObject("files");
                new TreeMap<>(entry.sha256()).forEach(files::put);
                HubCache.write(file, JSON.writeValueAsBytes(root));
            }
            return file;
        });
    }

    private JsonNode read() {
        if (!Files.exists(file)) {
            return JSON.createObjectNode();
        }
        try {
            JsonNode root = JSON.readTree(file.toFile());
            if (!root.isObject()) {
                throw damaged("not a JSON object", null);
            }
            return root;
        } catch (IOException e) {
            throw damaged(String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
        }
    }

    private DownloadException damaged(String what, @Nullable IOException cause) {
        String message = "the record of downloaded digests " + file + " is damaged (" + what
                + "); restore it, or delete it to accept what the hub has now";
        return cause == null ? new DownloadException(message) : new DownloadException(message, cause);
    }
}
