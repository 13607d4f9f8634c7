package io.github.embeddinglab.core.onnx;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.InvalidModelException;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an encoder's configuration needs to know of its {@code tokenizer.json}.
 *
 * @param largestId of any token
 * @param padTokenId of the padding token
 * @param unigram whether its model is Unigram, which tells XLM-RoBERTa from RoBERTa
 */
record TokenizerFacts(int largestId, int padTokenId, boolean unigram) {
    private static final Set<String> PADDING = Set.of("[PAD]", "<pad>");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /**
     * Reads a tokenizer.
     *
     * @throws InvalidModelException when it is no tokenizer or has no padding token
     */
    static TokenizerFacts read(byte[] json, String where) {
        JsonNode root;
        try {
            root = MAPPER.reader().without(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION).readTree(json);
        } catch (IOException e) {
            throw new InvalidModelException("the tokenizer of " + where + " is no JSON (" + OnnxGraph.firstLine(e) + "); get it again", e);
        }
        JsonNode model = root == null ? null : root.get("model");
        JsonNode vocabulary = model == null ? null : model.get("vocab");
        if (model == null || vocabulary == null || vocabulary.isEmpty()) {
            throw new InvalidModelException("the tokenizer of " + where + " has no model.vocab; give a tokenizer.json");
        }
        int largest = -1;
        Integer padding = null;
        if (vocabulary.isArray()) {
            largest = vocabulary.size() - 1;
            for (int i = 0; padding == null && i < vocabulary.size(); i++) {
                padding = PADDING.contains(vocabulary.get(i).path(0).asText()) ? Integer.valueOf(i) : null;
            }
        } else {
            for (var entry : vocabulary.properties()) {
                int id = entry.getValue().asInt(-1);
                largest = Math.max(largest, id);
                padding = PADDING.contains(entry.getKey()) ? Integer.valueOf(id) : padding;
            }
        }
        for (JsonNode token : root.path("added_tokens")) {
            int id = token.path("id").asInt(-1);
            largest = Math.max(largest, id);
            padding = PADDING.contains(token.path("content").asText()) ? Integer.valueOf(id) : padding;
        }
        JsonNode declared = root.path("padding").path("pad_id");
        return new TokenizerFacts(
                largest, pad(declared.isInt() ? Integer.valueOf(declared.asInt()) : padding, where), vocabulary.isArray());
    }

    private static int pad(@Nullable Integer padding, String where) {
        if (padding == null || padding < 0) {
            throw new InvalidModelException("the tokenizer of " + where
                    + " names no padding token; add [PAD] or <pad> to its added_tokens");
        }
        return padding;
    }
}
