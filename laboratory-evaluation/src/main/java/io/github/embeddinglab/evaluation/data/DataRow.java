package io.github.embeddinglab.evaluation.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.embeddinglab.api.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A row of a JSONL, TSV or CSV file with its place, for readers of other modules. Numbers and truth values of JSON are their
 * text; a list of texts stays a list; null, objects and other lists are left out.
 *
 * @param file where it stands
 * @param line from 1 on
 * @param fields texts by name, in the file's order; one text a field, more where JSON has a list
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record DataRow(Path file, long line, Map<String, List<String>> fields) {
    /** How a file is written. */
    public enum Format {
        /** One JSON object a line. */
        JSONL,
        /** A header line and fields between tabs. */
        TSV,
        /** A header line and fields between commas, quoted where needed. */
        CSV,
        /** One text a line, as the field {@code text}. */
        TEXT;

        /**
         * What a file's name says.
         *
         * @param file also with {@code .gz} behind its name
         * @return TSV where the ending is unknown
         */
        public static Format of(Path file) {
            String name = file.getFileName().toString().replaceAll("\\.gz$", "");
            return name.endsWith(".jsonl") ? JSONL : name.endsWith(".csv") ? CSV : name.endsWith(".txt") ? TEXT : TSV;
        }
    }

    /** Makes the fields unmodifiable. */
    public DataRow {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /**
     * Reads a file; gzipped where its bytes say so.
     *
     * @param file the file
     * @param format how it is written
     * @param sink takes the rows in order
     * @throws InvalidInputException when the file is missing, empty, not UTF-8, or a row is malformed (with its line)
     */
    public static void each(Path file, Format format, Consumer<DataRow> sink) {
        switch (format) {
            case JSONL -> JsonLines.read(file).forEach(entry -> sink.accept(
                    new DataRow(file, entry.line(), fields(entry.object()))));
            case TEXT -> {
                long[] rows = {0};
                Lines.each(file, (number, line) -> {
                    rows[0]++;
                    sink.accept(new DataRow(file, number, Map.of("text", List.of(line))));
                });
                if (rows[0] == 0) {
                    throw new InvalidInputException("data file " + file + " is empty; give a file with data");
                }
            }
            default -> Table.read(file, format == Format.CSV).each((line, fields) -> sink.accept(
                    new DataRow(file, line, fields)));
        }
    }

    private static Map<String, List<String>> fields(JsonNode object) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            JsonNode value = field.getValue();
            if (value.isValueNode() && !value.isNull()) {
                fields.put(field.getKey(), List.of(value.asText()));
            } else if (value.isArray()) {
                List<String> texts = new ArrayList<>();
                value.forEach(element -> {
                    if (element.isTextual()) {
                        texts.add(element.textValue());
                    }
                });
                if (texts.size() == value.size()) {
                    fields.put(field.getKey(), List.copyOf(texts));
                }
            }
        }
        return fields;
    }

    /**
     * Where it stands, for messages.
     *
     * @return file, colon, line
     */
    public String place() {
        return file + ":" + line;
    }
}
