package io.github.embeddinglab.core.tokenization;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Ids equal those that the Python reference wrote into the fixtures, cut at its limits. */
@Tag("integration")
class ReferenceIdsTest {
    static final List<String> models = TokenizerFixtures.MODELS;
    static final List<String> jarModels = List.copyOf(TokenizerFixtures.JAR_MODELS.keySet());

    @TempDir
    static Path nativeDirectory;

    @ParameterizedTest
    @FieldSource("models")
    void fixtureModels(String model) {
        JsonNode expected = TokenizerFixtures.expected(model);
        // The reference does not cut for a static model: it has no sentence_bert_config.json and no positions.
        int limit = model.equals("static-mean") ? Integer.MAX_VALUE : 128;
        for (TokenizerImplementation by : List.of(TokenizerImplementation.AUTO, TokenizerImplementation.NATIVE)) {
            try (Tokenizer tokenizer = Tokenizers.open(model, TokenizerFixtures.model(model), nativeDirectory, by)) {
                compare(tokenizer, expected.get("texts"), expected.get("input_ids"), limit);
            }
        }
    }

    @ParameterizedTest
    @FieldSource("jarModels")
    void modelJars(String model) {
        JsonNode all = TokenizerFixtures.json("/fixtures/jar-models.json");
        JsonNode expected = all.get("models").get(model);
        byte[] json = TokenizerFixtures.model(model);
        for (TokenizerImplementation by : List.of(TokenizerImplementation.JAVA, TokenizerImplementation.NATIVE)) {
            try (Tokenizer tokenizer = Tokenizers.open(model, json, nativeDirectory, by)) {
                compare(tokenizer, all.get("texts"), expected.get("input_ids"), expected.get("limit").intValue());
                assertThat(tokenizer.padId()).isZero();
                assertThat(tokenizer.vocabularySize()).isEqualTo(30522);
                assertThat(tokenizer.special()).isEqualTo(SpecialTokens.of(new int[] {101}, new int[] {102}));
            }
        }
    }

    private static void compare(Tokenizer tokenizer, JsonNode texts, JsonNode ids, int limit) {
        List<String> strings = TokenizerFixtures.strings(texts);
        List<TokenIds> encoded = tokenizer.encode(strings);
        assertThat(encoded).hasSize(ids.size()).hasSizeGreaterThan(10);
        for (int i = 0; i < encoded.size(); i++) {
            TokenIds cut = encoded.get(i).truncate(limit);
            assertThat(cut.toArray()).as("%s, text %d", tokenizer, i).isEqualTo(TokenizerFixtures.ints(ids.get(i)));
            assertThat(tokenizer.count(strings.get(i))).isEqualTo(encoded.get(i).length());
        }
    }
}
