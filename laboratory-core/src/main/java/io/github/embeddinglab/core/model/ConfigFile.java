package io.github.embeddinglab.core.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.embeddinglab.api.InvalidModelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One configuration file with typed access. A key that is null counts as absent; a value of the wrong kind is an error that
 * names file, key and value.
 */
final class ConfigFile {
    private final Path file;
    private final ObjectNode root;

    private ConfigFile(Path file, ObjectNode root) {
        this.file = file;
        this.root = root;
    }

    static ConfigFile read(Path file) {
        return new ConfigFile(file, JsonObjects.read(file));
    }

    /** An absent file reads as one without keys, as in the reference. */
    static ConfigFile readIfPresent(Path file) {
        return Files.exists(file) ? read(file) : new ConfigFile(file, JsonNodeFactory.instance.objectNode());
    }

    Path file() {
        return file;
    }

    ConfigFile child(String key) {
        JsonNode node = node(key);
        if (node == null) {
            return new ConfigFile(file, JsonNodeFactory.instance.objectNode());
        }
        if (node instanceof ObjectNode object) {
            return new ConfigFile(file, object);
        }
        throw refused(key, node.toString(), "an object is expected");
    }

    @Nullable JsonNode node(String key) {
        JsonNode node = root.get(key);
        return node == null || node.isNull() ? null : node;
    }

    boolean has(String key) {
        return node(key) != null;
    }

    boolean isEmpty() {
        return root.isEmpty();
    }

    Set<String> keys() {
        Set<String> keys = new java.util.LinkedHashSet<>();
        root.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    int integer(String key, int fallback) {
        JsonNode node = node(key);
        if (node == null) {
            return fallback;
        }
        if (node.isNumber() && node.canConvertToInt() && node.doubleValue() == node.intValue()) {
            return node.intValue();
        }
        throw refused(key, node.toString(), "a whole number is expected");
    }

    int positive(String key, int fallback) {
        int value = integer(key, fallback);
        if (value < 1) {
            throw refused(key, Integer.toString(value), "at least 1 is expected");
        }
        return value;
    }

    /** A limit; Python writes "none" as a number far beyond an int. */
    int limit(String key) {
        JsonNode node = node(key);
        if (node == null) {
            return Integer.MAX_VALUE;
        }
        if (node.isNumber() && node.doubleValue() >= 1) {
            return (int) Math.min(Integer.MAX_VALUE, node.doubleValue());
        }
        throw refused(key, node.toString(), "a number of tokens, at least 1, is expected");
    }

    double decimal(String key, double fallback) {
        JsonNode node = node(key);
        if (node == null) {
            return fallback;
        }
        if (node.isNumber() && Double.isFinite(node.doubleValue()) && node.doubleValue() > 0) {
            return node.doubleValue();
        }
        throw refused(key, node.toString(), "a number above 0 is expected");
    }

    boolean flag(String key, boolean fallback) {
        JsonNode node = node(key);
        if (node == null) {
            return fallback;
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        throw refused(key, node.toString(), "true or false is expected");
    }

    String text(String key, String fallback) {
        JsonNode node = node(key);
        if (node == null) {
            return fallback;
        }
        if (node.isTextual()) {
            return node.textValue();
        }
        throw refused(key, node.toString(), "a text is expected");
    }

    /** The first of several spellings that is present. */
    String spelled(List<String> keys) {
        return keys.stream().filter(this::has).findFirst().orElse(keys.get(0));
    }

    void require(String key, String expected) {
        String found = text(key, expected);
        if (!found.equals(expected)) {
            throw refused(key, found, "only \"" + expected + "\" is understood");
        }
    }

    void requireFalse(String key) {
        if (flag(key, false)) {
            throw refused(key, "true", "such a model is not understood");
        }
    }

    /** An option that changes results and is not understood must be absent or empty. */
    void requireAbsent(String key) {
        JsonNode node = node(key);
        if (node != null && !(node.isContainerNode() && node.isEmpty())) {
            throw refused(key, node.toString(), "this option is not understood");
        }
    }

    void onlyKnown(Set<String> known) {
        for (String key : keys()) {
            if (!known.contains(key)) {
                throw refused(key, String.valueOf(root.get(key)), "this key is unknown here; known are "
                        + known.stream().sorted().toList());
            }
        }
    }

    InvalidModelException refused(String key, String value, String why) {
        String shown = value.length() > 120 ? value.substring(0, 120) + "…" : value;
        return new InvalidModelException(file + ": \"" + key + "\" is " + shown + ", but " + why
                + "; use a model without it, or correct the file");
    }
}
