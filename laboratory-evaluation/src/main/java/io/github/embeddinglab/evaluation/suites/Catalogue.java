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
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Names data: {@code {"version": 1, "entries": [{"name", "task", "files": [...], "columns": {...}, "settings": {...},
 * "score", "set", "language",
 * "leaderboard": {"task", "split", "subset", "languages"}}]}}. Paths are relative to the catalogue's folder.
 *
 * @param entries at least one, with different names
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Catalogue(List<Entry> entries) {
    private static final Set<String> KEYS = 
            new TreeSet<>(Set.of("name", "task", "files", "columns", "settings", "score", "set", "language", "leaderboard"));
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
     * @param origin where the data belong
     */
    public record Entry(String name, EvaluationData data, String score, Origin origin) {}

    /**
     * Where the data of an entry belong; each part may be empty.
     *
     * @param set entries with the same set hold the same texts in different languages
     * @param language code of the language, {@code en} is the one that the others are held against
     * @param leaderboard the public leaderboard's task
     */
    public record Origin(String set, String language, Optional<Leaderboard> leaderboard) {}

    /**
     * A task of the public leaderboard (MTEB).
     *
     * @param task its name there
     * @param split as in {@code test}
     * @param subset as in {@code default}
     * @param languages as in {@code eng-Latn}
     */
    public record Leaderboard(String task, String split, String subset, List<String> languages) {
        /** Copies the list. */
        public Leaderboard {
            languages = List.copyOf(languages);
        }
    }

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
            if (files.isEmpty()) {
                throw new InvalidInputException("catalogue " + file + ": entry \"" + name
                        + "\" names no data; give at least one file or folder in \"files\"");
            }
            entries.add(new Entry(
                    name,
                    new EvaluationData(text(file, node, "task"), files, map(node.path("columns")), map(node.path("settings"))),
                    text(file, node, "score"),
                    new Origin(node.path("set").asText(), node.path("language").asText(), leaderboard(file, node.path("leaderboard")))));
        }
        return new Catalogue(entries);
    }

    private static Optional<Leaderboard> leaderboard(Path file, JsonNode node) {
        if (node.isMissingNode()) {
            return Optional.empty();
        }
        List<String> languages = new ArrayList<>();
        node.path("languages").forEach(language -> languages.add(language.asText()));
        return Optional.of(new Leaderboard(
                text(file, node, "task"), text(file, node, "split"), node.path("subset").asText("default"), languages));
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
