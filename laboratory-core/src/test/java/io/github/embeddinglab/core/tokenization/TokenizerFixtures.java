package io.github.embeddinglab.core.tokenization;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the tests of this package read: fixtures with the reference's ids, and the tokenizers of model jars. */
final class TokenizerFixtures {
    static final List<String> MODELS = List.of(
            "bert-mean", "bert-cls-prompts", "bert-labse", "mpnet-mean", "xlm-roberta-mean", "roberta-max",
            "distilbert-dense", "modernbert-mean", "static-mean");

    static final Map<String, String> JAR_MODELS = Map.of(
            "all-MiniLM-L6-v2", "/all-minilm-l6-v2-tokenizer.json",
            "bge-small-en-v1.5", "/bge-small-en-v1.5-tokenizer.json",
            "e5-small-v2", "/e5-small-v2-tokenizer.json");

    private static final ObjectMapper JSON = new ObjectMapper();

    private TokenizerFixtures() {}

    static byte[] bytes(String resource) {
        try (InputStream in = TokenizerFixtures.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new AssertionError("no test resource " + resource);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode json(String resource) {
        try {
            return JSON.readTree(bytes(resource));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The tokenizer.json of a fixture or of a model jar. */
    static byte[] model(String name) {
        String inJar = JAR_MODELS.get(name);
        return bytes(inJar == null ? "/fixtures/models/" + name + "/tokenizer.json" : inJar);
    }

    static JsonNode expected(String name) {
        return json("/fixtures/models/" + name + "/expected.json");
    }

    static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(s -> strings.add(s.textValue()));
        return strings;
    }

    static int[] ints(JsonNode array) {
        int[] ints = new int[array.size()];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = array.get(i).intValue();
        }
        return ints;
    }
}
