package io.github.embeddinglab.core.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.core.json.JsonTrees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Strict JSON: a key given twice, text after the end or a damaged byte is an error that names the file. */
final class JsonObjects {
    /** Python writes NaN and Infinity as bare words; vocabularies hold names and strings of any length. */
    static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** For vocabularies: hundreds of thousands of different names are neither worth a symbol table nor interning. */
    static final JsonFactory VOCABULARIES = new JsonFactoryBuilder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(FACTORY.streamReadConstraints())
            .build();

    /** Apart, since binding is slow to start and reading does without it. */
    private static final class Writer {
        private static final ObjectMapper MAPPER = new ObjectMapper(FACTORY).enable(SerializationFeature.INDENT_OUTPUT);
    }

    private JsonObjects() {}

    static ObjectNode read(Path file) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new InvalidModelException(
                    file + " cannot be read (" + reason(e) + "); check that the model folder is complete and readable", e);
        }
        return parse(bytes, file.toString());
    }

    static ObjectNode parse(byte[] bytes, String where) {
        JsonNode node;
        try {
            node = JsonTrees.read(FACTORY, bytes);
        } catch (JsonProcessingException e) {
            throw new InvalidModelException(
                    where + " is no valid JSON (" + reason(e) + "); restore the file from the original model", e);
        } catch (IOException e) {
            throw new InvalidModelException(
                    where + " is no valid JSON (" + reason(e) + "); restore the file in UTF-8 from the original model", e);
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw new InvalidModelException(where + " holds no JSON object; restore the file from the original model");
    }

    static byte[] bytes(JsonNode node) {
        try {
            return (Writer.MAPPER.writeValueAsString(node) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree could not be written", e);
        }
    }

    /** One line: Jackson puts the source excerpt and the position on lines of their own. */
    static String reason(IOException e) {
        String message = e instanceof JsonProcessingException json
                ? json.getOriginalMessage() + (json.getLocation() == null ? "" : " at line " + json.getLocation().getLineNr())
                : e.getMessage();
        String kind = e.getClass().getSimpleName();
        return message == null ? kind : message.replaceAll("\\s+", " ");
    }
}
