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

/**
 * What objectives on words have to know of a tokenizer.
 *
 * @param file {@code tokenizer.json}
 * @param mask id of the mask token; -1 where there is none
 * @param ids of all special tokens
 */
record SpecialTokens(Path file, int mask, Set<Integer> ids) {
    private static final List<String> MASKS = List.of("[MASK]", "<mask>");
    private static final ObjectMapper JSON = new ObjectMapper();

    SpecialTokens {
        ids = Set.copyOf(ids);
    }

    /** Read from the file; the vocabulary itself, which is most of it, is passed over. */
    static SpecialTokens of(Path file) {
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
        return new SpecialTokens(file, mask, special);
    }

    /** For masked language modelling, over ids below a number. */
    MaskedLanguage.Vocabulary vocabulary(int size) {
        if (mask < 0) {
            throw new InvalidInputException("the tokenizer " + file + " has no mask token ([MASK] or <mask>), which masked language"
                    + " modelling needs; choose loss denoising, --set first_stage=denoising or --set stages=queries");
        }
        return new MaskedLanguage.Vocabulary(mask, ids, size);
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
