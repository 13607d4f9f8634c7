package io.github.embeddinglab.core.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.ConfigurationException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
class ConfigurationTest {
    @TempDir
    Path folder;

    private Path file(String content) throws Exception {
        Path file = Files.createTempFile(folder, "laboratory", ".yaml");
        return Files.writeString(file, content);
    }

    private Configuration read(String content) throws Exception {
        return Configuration.read(List.of(file(content)));
    }

    private static String example() throws Exception {
        try (InputStream in = Objects.requireNonNull(ConfigurationTest.class.getResourceAsStream("/laboratory.yaml"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void theExampleIsValidAsItStandsAndWithoutItsWrapper() throws Exception {
        Configuration wrapped = read(example());
        assertThat(wrapped.sections()).isEqualTo(Map.of(
                "", Map.of("type", "laboratory", "default_model", "sentence-transformers/all-MiniLM-L6-v2"),
                "models", Map.of("enabled", List.of("minilm", "mpnet", "custom-technical"), "cache_size", 5L),
                "finetuning",
                        Map.of("batch_size", 32L, "learning_rate", 2e-5, "warmup_steps", 500L, "evaluation_steps", 100L),
                "compression", Map.of("quantization", "int8", "dimension_reduction", 384L, "compression_target", 0.25),
                "optimization", Map.of("use_onnx", true, "batch_size", 128L, "max_sequence_length", 512L),
                "storage", Map.of("index_type", "hnsw", "ef_construction", 200L, "m", 16L)));
        assertThat(read(example().replaceFirst("embedder:\n", "").replaceAll("(?m)^  ", ""))).isEqualTo(wrapped);
        assertThat(read("\uFEFF" + example())).as("with a byte order mark").isEqualTo(wrapped);
        assertThat(read(example().replace("\n", "\r\n"))).isEqualTo(wrapped);
        assertThat(read("# nothing\n").sections()).isEmpty();
        assertThat(read("").sections()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "embedder:\\n  modles: { cache_size: 5 }                | 2 | unknown key \"modles\"; known are",
        "models:\\n  cache_size: 5\\n  cache_sise: 6            | 3 | unknown key \"cache_sise\" in section models",
        "embedder:\\n  embedder: { type: laboratory }           | 2 | unknown key \"embedder\"",
        "models: { cache_size: five }                           | 1 | cache_size is five; it must be a whole number from 1 to",
        "models: { cache_size: 0 }                              | 1 | cache_size is 0",
        "models: { cache_size: 2.5 }                            | 1 | cache_size is 2.5",
        "models: { cache_size: 18446744073709551617 }           | 1 | a whole number",
        "models: { cache_size: }                                | 1 | cache_size is null; it must be a value",
        "models:\\n  cache_size: 5\\n  cache_size: 6            | 3 | cache_size stands twice",
        "models: { cache_size: 5, cache_size: 6 }               | 1 | cache_size stands twice",
        "models: { cache_size: 5 }\\nmodels: { cache_size: 6 }  | 2 | models stands twice",
        "embedder: { models: { cache_size: 5 } }\\nmodels: {}   | 2 | models stands twice",
        "embedder: { type: laboratory }\\ntype: laboratory      | 2 | type stands twice",
        "models:\\n\\tcache_size: 5                             | 2 | not YAML",
        "models: [                                              | 1 | not YAML",
        "models: 5                                              | 1 | expected keys with values",
        "- a                                                    | 1 | expected keys with values",
        "? [a]\\n: 5                                            | 1 | a key must be a plain text",
        "optimization:\\n  use_onnx: false                      | 2 | use_onnx is false; it must be true: graphs are always compiled",
        "type: openai                                           | 1 | type is openai; it must be laboratory: ",
        "optimization: { max_sequence_length: -1 }              | 1 | max_sequence_length is -1",
        "optimization: { memory_limit: 1KB }                    | 1 | at least 8388608 bytes",
        "optimization: { memory_limit: 99999999999GB }          | 1 | memory_limit",
        "optimization: { memory_limit: 99999999999999999999 }   | 1 | a size such as 512MB",
        "optimization: { devices: cpu }                         | 1 | a list of at least one text",
        "models: { enabled: [] }                                | 1 | a list of at least one text",
        "models: { enabled: [1] }                               | 1 | a list of at least one text",
        "models: { allow_downloads: maybe }                     | 1 | true or false",
        "finetuning: { learning_rate: .nan }                    | 1 | learning_rate is NaN; it must be a number from",
        "finetuning: { learning_rate: fast }                    | 1 | learning_rate is fast",
        "finetuning: { loss: { name: gist, scale: [] } }        | 1 | with numbers, words or lists of numbers; scale is []",
        "finetuning: { loss: { name: cosent, scale: [a] } }     | 1 | with numbers, words or lists of numbers; scale is [a]",
        "finetuning: { loss: { name: cosent, scale: { a: 1 } } } | 1 | with numbers, words or lists of numbers; scale is {a=1}",
        "compression: { quantization: int7 }                    | 1 | one of none, int8, int4, binary",
        "storage: { index_type: tree }                          | 1 | one of flat, hnsw, ivf",
        "optimization:\\n  preset: fast                         | 2 | one of latency, throughput, low-memory",
        "models: { directory: !!java.io.File /tmp }             | 1 | not YAML",
        "a: 1\\n---\\nb: 2                                      | 2 | not YAML",
        "type: laboratory\\nmodels: a\u0001b                    | 2 | YAML",
    })
    void everyFaultNamesFileLineAndWhatWouldBeRight(String content, int line, String message) throws Exception {
        Path file = file(content.replace("\\n", "\n").replace("\\t", "\t"));
        assertThatThrownBy(() -> Configuration.read(List.of(file)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith(file + ":" + line + ": ")
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void aFileThatIsNotUtf8OrNotThere() throws Exception {
        Path latin = folder.resolve("latin.yaml");
        Files.write(latin, "type: laboratory\n# gr\u00fcn\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> Configuration.read(List.of(latin)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(latin + ":2: this is not UTF-8; save the file as UTF-8");
        Path missing = folder.resolve("missing.yaml");
        assertThatThrownBy(() -> Configuration.read(List.of(missing)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(missing.toString(), "does not exist");
        assertThatThrownBy(() -> Configuration.read(List.of(folder)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(folder.toString());
    }

    @Test
    void laterFilesWinKeyByKey() throws Exception {
        Configuration both = Configuration.read(List.of(
                file("embedder:\n  default_model: mpnet\n  models: { cache_size: 2, directory: a }"),
                file("default_model: minilm\nmodels: { directory: b }\nstorage: { m: 8 }")));
        assertThat(both.sections()).isEqualTo(Map.of(
                "", Map.of("default_model", "minilm"),
                "models", Map.of("cache_size", 2L, "directory", "b"),
                "storage", Map.of("m", 8L)));
    }

    @Test
    void whatAFileSaysBesideItsPresetWins() throws Exception {
        Configuration configuration = read("optimization: { preset: low-memory, batch_size: 7 }");
        assertThat(configuration.section("optimization"))
                .containsEntry("memory_limit", 64L << 20)
                .containsEntry("arena", false)
                .containsEntry("batch_size", 7L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"models", "finetuning", "optimization"})
    void everyPresetIsValid(String section) throws Exception {
        for (String name : Presets.presets(section).keySet()) {
            assertThat(read(section + ": { preset: " + name + " }").section(section)).hasSizeGreaterThan(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"2e-5, 2e-5", "2.0e-5, 2e-5", "0.5, 0.5", "1, 1"})
    void numbersAreReadAsPeopleWriteThem(String text, double value) throws Exception {
        assertThat(read("finetuning: { learning_rate: " + text + " }").section("finetuning"))
                .containsEntry("learning_rate", value);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "triplet                                     | triplet",
        "{ name: triplet, distance: manhattan }      | {distance=manhattan, name=triplet}",
        "{ name: gist, scale: 3e1, cached: true }    | {cached=1.0, name=gist, scale=30.0}",
        "{ name: cosent, matryoshka: [384, 96] }     | {matryoshka=[384.0, 96.0], name=cosent}",
    })
    void aLossHasNumbersWordsAndLists(String text, String value) throws Exception {
        assertThat(read("finetuning: { loss: " + text + " }").section("finetuning").get("loss")).hasToString(value);
    }

    @ParameterizedTest
    @CsvSource({"64MB, 67108864", "8388608, 8388608", "1gb, 1073741824", "'9000 KB', 9216000"})
    void sizesAreReadInPowersOf1024(String text, long value) throws Exception {
        assertThat(read("optimization: { memory_limit: " + text + " }").section("optimization"))
                .containsEntry("memory_limit", value);
    }
}
