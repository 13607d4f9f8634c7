package io.github.embeddinglab.core.tokenization;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The Java tokenizer against the native one, id by id, on fuzzed text. */
@Tag("integration")
class WordPieceEqualityTest {
    private static final int TEXTS = 25_000;

    static final List<String> files = List.of("all-MiniLM-L6-v2", "bert-mean", "bert-labse", "mpnet-mean");

    @TempDir
    static Path nativeDirectory;

    @ParameterizedTest
    @FieldSource("files")
    void fuzzed(String name) {
        compare(name, TokenizerFixtures.model(name), System.nanoTime(), TEXTS);
    }

    @ParameterizedTest
    @FieldSource("files")
    @Tag("soak")
    void fuzzedLong(String name) {
        compare(name, TokenizerFixtures.model(name), System.nanoTime(), 40 * TEXTS);
    }

    /** Tokens that are normalised, stand alone or swallow white space, some of them new to the vocabulary. */
    @Test
    void addedTokensWithFlags() {
        JsonNode file = TokenizerFixtures.json("/fixtures/models/bert-mean/tokenizer.json");
        ArrayNode tokens = (ArrayNode) file.get("added_tokens");
        add(tokens, 1200, "Straße", true, false, false, false);
        add(tokens, 1201, "the", false, true, false, false);
        add(tokens, 1202, "C++", true, true, false, false);
        add(tokens, 1203, "<mask>", false, false, true, false);
        add(tokens, 1204, "\uD83D\uDE00", false, false, false, true);
        add(tokens, 1205, "running", true, false, true, true);
        add(tokens, 1206, "<mask> <s>", false, false, false, false);
        add(tokens, 1207, "e\u0301", true, true, true, true);
        compare("flags", file.toString().getBytes(StandardCharsets.UTF_8), System.nanoTime(), TEXTS / 5);
    }

    @Test
    void settingsOfTheNormalizer() {
        for (int bits = 0; bits < 24; bits++) {
            JsonNode file = TokenizerFixtures.json("/fixtures/models/bert-mean/tokenizer.json");
            ObjectNode normalizer = (ObjectNode) file.get("normalizer");
            normalizer.put("clean_text", (bits & 1) != 0);
            normalizer.put("handle_chinese_chars", (bits & 2) != 0);
            normalizer.put("lowercase", (bits & 4) != 0);
            if (bits < 16) {
                normalizer.put("strip_accents", (bits & 8) != 0);
            }
            compare("settings " + bits, file.toString().getBytes(StandardCharsets.UTF_8), System.nanoTime(), 200);
        }
    }

    private static void add(
            ArrayNode tokens, int id, String content, boolean normalized, boolean single, boolean left, boolean right) {
        tokens.addObject().put("id", id).put("content", content).put("single_word", single).put("lstrip", left)
                .put("rstrip", right).put("normalized", normalized).put("special", false);
    }

    private static void compare(String name, byte[] json, long seed, int texts) {
        FuzzedText fuzz = new FuzzedText(seed);
        try (Tokenizer java = Tokenizers.open(name, json, nativeDirectory, TokenizerImplementation.JAVA);
                Tokenizer rust = Tokenizers.open(name, json, nativeDirectory, TokenizerImplementation.NATIVE)) {
            for (int i = 0; i < texts; i++) {
                String text = fuzz.next();
                int[] ours = java.encode(text).toArray();
                int[] theirs = rust.encode(text).toArray();
                if (!Arrays.equals(ours, theirs)) {
                    assertThat(ours).as("%s, seed %d, text %d: %s", name, seed, i, escaped(text)).isEqualTo(theirs);
                }
            }
        }
    }

    private static String escaped(String text) {
        StringBuilder out = new StringBuilder();
        text.chars().forEach(c -> out.append(c >= 32 && c < 127 ? Character.toString(c) : String.format("\\u%04X", c)));
        return out.toString();
    }
}
