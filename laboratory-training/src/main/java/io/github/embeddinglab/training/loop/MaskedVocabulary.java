package io.github.embeddinglab.training.loop;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.objective.MaskedLanguage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What masked language modelling has to know of a tokenizer, read from {@code tokenizer.json}. */
final class MaskedVocabulary {
    private static final List<String> MASKS = List.of("[MASK]", "<mask>");
    private static final ObjectMapper JSON = new ObjectMapper();

    private MaskedVocabulary() {}

    /** The mask token and the special ones; the vocabulary itself, which is most of the file, is passed over. */
    static MaskedLanguage.Vocabulary of(Path file, int size) {
        int mask = -1;
        Set<Integer> special = new HashSet<>();
        for (JsonNode token : added(file)) {
            int id = token.path("id").asInt(-1);
            boolean masks = MASKS.contains(token.path("content").asText());
            mask = masks ? id : mask;
            if (masks || token.path("special").asBoolean()) {
                special.add(id);
            }
        }
        if (mask < 0) {
            throw new InvalidInputException("the tokenizer " + file + " has no mask token ([MASK] or <mask>), which masked language"
                    + " modelling needs; choose another strategy or loss, or --set stages=queries");
        }
        return new MaskedLanguage.Vocabulary(mask, special, size);
    }

    private static JsonNode added(Path file) {
        try (JsonParser parser = JSON.createParser(file.toFile())) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean wanted = "added_tokens".equals(parser.currentName());
                parser.nextToken();
                if (wanted) {
                    return JSON.readTree(parser);
                }
                parser.skipChildren();
            }
            return JSON.createArrayNode();
        } catch (IOException e) {
            throw new InvalidInputException("the tokenizer " + file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
