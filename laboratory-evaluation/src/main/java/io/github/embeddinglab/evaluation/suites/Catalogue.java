package io.github.embeddinglab.evaluation.suites;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.EvaluationData;
import io.github.embeddinglab.api.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Names data: {@code {"version": 1, "entries": [{"name", "task", "files": [...], "columns": {...}, "settings": {...},
 * "score"}]}}. Paths are relative to the catalogue's folder.
 *
 * @param entries at least one, with different names
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Catalogue(List<Entry> entries) {
    private static final Set<String> KEYS = new TreeSet<>(Set.of("name", "task", "files", "columns", "settings", "score"));
    private static final int VERSION = 1;

    /** Copies the list. */
    public Catalogue {
        entries = List.copyOf(entries);
    }

    /**
     * One evaluation.
     *
     * @param name unique in the catalogue
     * @param data task and files
     * @param score the one that counts, as in {@code ndcg@10}
     */
    public record Entry(String name, EvaluationData data, String score) {}

    /**
     * Reads a catalogue.
     *
     * @param file the file
     * @return the entries
     * @throws InvalidInputException when it is missing or malformed, or names an unknown key
     */
    public static Catalogue read(Path file) {
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new InvalidInputException("catalogue " + file + " does not exist; check the path", e);
        } catch (IOException e) {
            throw new InvalidInputException("catalogue " + file + " cannot be read: " + e.getMessage(), e);
        }
        if (root.path("version").asInt() != VERSION || root.path("entries").isEmpty()) {
            throw new InvalidInputException(
                    "catalogue " + file + " is not of version " + VERSION + " with at least one of \"entries\"");
        }
        List<Entry> entries = new ArrayList<>();
        Set<String> names = new TreeSet<>();
        for (JsonNode node : root.path("entries")) {
            node.fieldNames().forEachRemaining(key -> {
                if (!KEYS.contains(key)) {
                    throw new InvalidInputException("catalogue " + file + ", entry " + entries.size() + ": unknown key \"" + key
                            + "\"; known are " + String.join(", ", KEYS));
                }
            });
            String name = text(file, node, "name");
            if (!names.add(name)) {
                throw new InvalidInputException("catalogue " + file + ": two entries are called \"" + name + "\"; rename one");
            }
            List<Path> files = new ArrayList<>();
            Path absolute = file.toAbsolutePath();
            node.path("files").forEach(path -> files.add(absolute.resolveSibling(path.asText()).normalize()));
            entries.add(new Entry(
                    name,
                    new EvaluationData(text(file, node, "task"), files, map(node.path("columns")), map(node.path("settings"))),
                    text(file, node, "score")));
        }
        return new Catalogue(entries);
    }

    private static String text(Path file, JsonNode node, String key) {
        if (!node.path(key).isTextual()) {
            throw new InvalidInputException("catalogue " + file + ": an entry has no text \"" + key + "\"");
        }
        return node.path(key).textValue();
    }

    private static Map<String, String> map(JsonNode node) {
        Map<String, String> map = new LinkedHashMap<>();
        node.properties().forEach(entry -> map.put(entry.getKey(), entry.getValue().asText()));
        return map;
    }
}
