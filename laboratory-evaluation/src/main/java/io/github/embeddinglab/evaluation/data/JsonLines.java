package io.github.embeddinglab.evaluation.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One JSON object a line. */
final class JsonLines {
    private static final ObjectMapper JSON = new ObjectMapper();

    private JsonLines() {}

    /** An object with its place. */
    record Entry(Path file, long line, JsonNode object) {
        /** A field that must be there and be a text or a number. */
        String text(String field) {
            String text = optional(field);
            if (text == null) {
                throw new InvalidInputException(
                        file + ":" + line + ": the field \"" + field + "\" is missing or not a text");
            }
            return text;
        }

        @Nullable
        String optional(String field) {
            JsonNode node = object.get(field);
            if (node == null || node.isNull()) {
                return null;
            }
            if (!node.isTextual() && !node.isNumber()) {
                throw new InvalidInputException(file + ":" + line + ": the field \"" + field + "\" is not a text");
            }
            return node.asText();
        }

        /** A text or a list of texts; none where the field is absent. */
        List<String> texts(String field) {
            JsonNode node = object.get(field);
            List<String> texts = new ArrayList<>();
            if (node != null && node.isArray()) {
                for (JsonNode element : node) {
                    if (!element.isTextual()) {
                        throw new InvalidInputException(
                                file + ":" + line + ": the field \"" + field + "\" holds something that is not a text");
                    }
                    texts.add(element.textValue());
                }
            } else if (node != null) {
                texts.add(text(field));
            }
            return texts;
        }

        /** Its id: {@code _id} or {@code id}. */
        String id() {
            String id = optional("_id");
            return id != null ? id : text("id");
        }
    }

    static List<Entry> read(Path file) {
        List<Entry> entries = new ArrayList<>();
        Lines.each(file, (number, line) -> {
            try {
                JsonNode node = JSON.readTree(line);
                if (!node.isObject()) {
                    throw new InvalidInputException(file + ":" + number + ": this is no JSON object; each line holds one");
                }
                entries.add(new Entry(file, number, node));
            } catch (JsonProcessingException e) {
                throw new InvalidInputException(
                        file + ":" + number + ": this is not JSON (" + e.getOriginalMessage() + ")", e);
            }
        });
        if (entries.isEmpty()) {
            throw new InvalidInputException("data file " + file + " is empty; give a file with data");
        }
        return entries;
    }
}
