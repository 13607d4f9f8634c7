package io.github.embeddinglab.examples.corpus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.embeddinglab.api.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Passages as documents JSONL. */
final class PassageFile {
    private PassageFile() {}

    static void write(List<Passage> passages, Path file) {
        JsonMapper json = new JsonMapper();
        StringBuilder lines = new StringBuilder();
        for (Passage passage : passages) {
            var object = json.createObjectNode().put("id", passage.id()).put("title", passage.title()).put("text", passage.text());
            object.putObject("metadata").put("location", passage.location());
            lines.append(object).append('\n');
        }
        Path target = file.toAbsolutePath();
        Path partial = target.resolveSibling(target.getFileName() + ".partial");
        try {
            Path parent = target.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(lines.toString());
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new InvalidInputException("passages cannot be written to '" + target + "' (" + e + "); choose another file or free space", e);
        }
    }

    static List<Passage> read(Path file) {
        JsonMapper json = new JsonMapper();
        List<Passage> passages = new ArrayList<>();
        int number = 0;
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                number++;
                JsonNode object = json.readTree(line);
                passages.add(new Passage(
                        text(object, "id", file, number),
                        text(object, "title", file, number),
                        text(object, "text", file, number),
                        text(object.path("metadata"), "location", file, number)));
            }
        } catch (JsonProcessingException e) {
            throw new InvalidInputException("'" + file + "' line " + number + " is not JSON (" + e.getOriginalMessage() + "); delete the file to have it made again", e);
        } catch (IOException e) {
            throw new InvalidInputException("'" + file + "' cannot be read (" + e + "); delete the file to have it made again", e);
        }
        return passages;
    }

    private static String text(JsonNode object, String key, Path file, int line) {
        JsonNode value = object.path(key);
        if (!value.isTextual()) {
            throw new InvalidInputException("'" + file + "' line " + line + " has no text '" + key + "'; delete the file to have it made again");
        }
        return value.textValue();
    }
}
