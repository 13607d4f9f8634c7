package io.github.embeddinglab.core.zoo;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.embeddinglab.api.ModelFacts;
import io.github.embeddinglab.core.zoo.RegistryEntry.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one entry of the registry; fields that it does not know are left alone, as a newer version may have written them. */
final class EntryReader {
    private final JsonNode entry;

    private EntryReader(JsonNode entry) {
        this.entry = entry;
    }

    /** @throws IllegalArgumentException naming the field that is wrong */
    static RegistryEntry read(JsonNode entry) {
        return new EntryReader(entry).read();
    }

    private RegistryEntry read() {
        return new RegistryEntry(
                required("id"),
                text("hub"),
                texts("aliases"),
                kind(),
                text("description"),
                number("dimensions"),
                number("max_tokens"),
                texts("languages"),
                text("licence"),
                text("pooling"),
                prompts(),
                scores(),
                text("path"),
                entry.path("managed").asBoolean(false));
    }

    private Kind kind() {
        String name = required("kind");
        try {
            return Kind.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw wrong("kind", "encoder, static, trained or remote", e);
        }
    }

    private String required(String field) {
        String value = text(field);
        if (value == null) {
            throw wrong(field, "a string", null);
        }
        return value;
    }

    private @Nullable String text(String field) {
        JsonNode node = entry.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        return string(field, node);
    }

    private String string(String field, JsonNode node) {
        if (!node.isTextual()) {
            throw wrong(field, "strings", null);
        }
        return node.textValue();
    }

    private int number(String field) {
        JsonNode node = entry.path(field);
        if (node.isMissingNode()) {
            return 0;
        }
        if (!node.isInt()) {
            throw wrong(field, "a whole number", null);
        }
        return node.intValue();
    }

    private @Nullable List<String> texts(String field) {
        JsonNode node = entry.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isArray()) {
            throw wrong(field, "a list", null);
        }
        List<String> values = new ArrayList<>();
        node.forEach(value -> values.add(string(field, value)));
        return List.copyOf(values);
    }

    private @Nullable Map<String, String> prompts() {
        JsonNode node = entry.path("prompts");
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!node.isObject()) {
            throw wrong("prompts", "an object", null);
        }
        Map<String, String> prompts = new LinkedHashMap<>();
        node.properties().forEach(prompt -> prompts.put(prompt.getKey(), string("prompts", prompt.getValue())));
        return prompts;
    }

    private @Nullable List<ModelFacts.Score> scores() {
        JsonNode node = entry.path("scores");
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        List<ModelFacts.Score> scores = new ArrayList<>();
        for (JsonNode score : node) {
            if (!score.path("value").isNumber()) {
                throw wrong("scores", "a number as value", null);
            }
            scores.add(new ModelFacts.Score(
                    string("scores", score.path("task")),
                    string("scores", score.path("subset")),
                    string("scores", score.path("metric")),
                    score.path("value").doubleValue()));
        }
        return List.copyOf(scores);
    }

    private IllegalArgumentException wrong(String field, String wanted, @Nullable Throwable cause) {
        return new IllegalArgumentException("the field " + field + " of the entry \"" + entry.path("id").asText() + "\" wants " + wanted, cause);
    }
}
