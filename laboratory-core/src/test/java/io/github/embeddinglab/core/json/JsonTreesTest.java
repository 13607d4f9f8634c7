package io.github.embeddinglab.core.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Data binding's own reader is the oracle. */
@Tag("unit")
class JsonTreesTest {
    private static final ObjectMapper ORACLE = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final String ALPHABET = "{}[]:,\"ab\\u00e9 0123456789.eE+-truefalsn\n";

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "null", "true", "\"a\\u00e9\\n\"", "0", "-7", "2147483648", "123456789012345678901234567890", "1.5", "1e400", "-0.0",
        "{\"a\": {\"b\": [1, 2.5, null, {\"c\": []}]}, \"d\": false}", "{\"a\": 1, \"a\": 2}", "", "  \n"})
    void treesAreThoseOfDataBinding(String json) throws Exception {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        assertThat(JsonTrees.read(new JsonFactory(), bytes)).isEqualTo(ORACLE.readTree(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[1", "{\"a\"}", "{\"a\": }", "{} {}", "1 2", "[1,]", "tru", "\"a", "]", "{\"a\": ]"})
    void brokenTextIsRefused(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> JsonTrees.read(new JsonFactory(), bytes)).isInstanceOf(JsonProcessingException.class);
    }

    @RepeatedTest(20)
    void mutilatedTextIsReadOrRefusedAsByDataBinding(RepetitionInfo info) {
        long seed = 20261128L + info.getCurrentRepetition();
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            StringBuilder text = new StringBuilder("{\"a\": [1, 2.5, \"x\"], \"b\": {\"c\": null, \"d\": true}}");
            for (int change = random.nextInt(4); change >= 0; change--) {
                text.setCharAt(random.nextInt(text.length()), ALPHABET.charAt(random.nextInt(ALPHABET.length())));
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            assertThat(outcome(() -> JsonTrees.read(new JsonFactory(), bytes)))
                    .as("seed %d: %s", seed, text)
                    .isEqualTo(outcome(() -> ORACLE.readTree(bytes)));
        }
    }

    private interface Reading {
        JsonNode read() throws Exception;
    }

    private static Object outcome(Reading reading) {
        try {
            return reading.read();
        } catch (JsonProcessingException e) {
            return "refused";
        } catch (Exception e) {
            return e;
        }
    }
}
