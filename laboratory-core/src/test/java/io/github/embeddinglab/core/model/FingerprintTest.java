package io.github.embeddinglab.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.embeddinglab.api.Fingerprint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

@Tag("unit")
class FingerprintTest {
    @TempDir
    Path temporary;

    private static Fingerprint of(Path folder) {
        try (ModelFolder model = ModelFolder.open(folder)) {
            return model.fingerprint();
        }
    }

    private static List<Tensors.Tensor> tensors(Path folder) {
        List<Tensors.Tensor> all = new ArrayList<>();
        Tensors tensors = Safetensors.open(folder);
        tensors.names().forEach(name -> all.add(tensors.tensor(name)));
        return all;
    }

    private static JsonNode shuffled(JsonNode node, Random random) {
        if (!(node instanceof ObjectNode object)) {
            return node;
        }
        List<Map.Entry<String, JsonNode>> entries = new ArrayList<>(object.properties());
        Collections.shuffle(entries, random);
        Map<String, JsonNode> out = new LinkedHashMap<>();
        entries.forEach(entry -> out.put(entry.getKey(), shuffled(entry.getValue(), random)));
        return new ObjectMapper().createObjectNode().setAll(out);
    }

    @ParameterizedTest
    @FieldSource("io.github.embeddinglab.core.model.Fixtures#NAMES")
    void layoutDoesNotMatter(String name) throws IOException {
        Path plain = Fixtures.folder(name);
        Path other = Fixtures.copy(name, temporary.resolve(name));
        List<Tensors.Tensor> all = tensors(other);
        all.add(new Tensors.Tensor("position_ids_buffer", Tensors.Type.I64, new long[] {2}, ByteBuffer.allocate(16)));
        all.removeIf(tensor -> tensor.name().startsWith("pooler."));
        SafetensorsWriter.write(all, other, 50_000);
        Files.delete(other.resolve("model.safetensors"));
        Random random = new Random(3);
        for (String file : List.of("tokenizer.json", "config.json", "config_sentence_transformers.json")) {
            Path path = other.resolve(file);
            if (Files.exists(path)) {
                ObjectMapper mapper = new ObjectMapper();
                Files.writeString(path, mapper.writerWithDefaultPrettyPrinter()
                        .writeValueAsString(shuffled(mapper.readTree(Files.readAllBytes(path)), random)));
            }
        }
        Fixtures.edit(other.resolve("config_sentence_transformers.json"), "\"document\" : \"\"", "\"note\" : \"\"");
        assertThat(other.resolve("model.safetensors.index.json")).exists();
        assertThat(of(other)).isEqualTo(of(plain));
    }

    @Test
    void theReferenceModelsDiffer() {
        assertThat(Fixtures.NAMES.stream().map(name -> of(Fixtures.folder(name)))).doesNotHaveDuplicates().hasSize(9);
    }

    /** A value computed by an independent Python program from the scheme; a change of it makes every stored index and cache a stranger, so it needs a new scheme name. */
    @Test
    void theSchemeIsStable() {
        assertThat(of(Fixtures.folder("static-mean")).value())
                .isEqualTo("65db5c7947c04bbe0e7341889ef02fe23f3ea12290bbdfefdc17f8fccded6f16");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', value = {
        "config.json; \"num_attention_heads\": 4; \"num_attention_heads\": 2",
        "config.json; \"hidden_act\": \"gelu\"; \"hidden_act\": \"gelu_new\"",
        "config.json; \"layer_norm_eps\": 1e-12; \"layer_norm_eps\": 1e-5",
        "1_Pooling/config.json; \"mean\"; \"max\"",
        "1_Pooling/config.json; \"include_prompt\": true; \"include_prompt\": false",
        "config_sentence_transformers.json; \"query\": \"\"; \"query\": \"q: \"",
        "tokenizer_config.json; 128; 64",
        "tokenizer.json; \"lowercase\": true; \"lowercase\": false",
        "modules.json; sentence_transformers.base.modules.normalize.Normalize; sentence_transformers.models.Dropout"
    })
    void whatChangesVectorsChangesTheFingerprint(String file, String from, String to) {
        Path folder = Fixtures.copy("bert-mean", temporary.resolve("m"));
        Fixtures.edit(folder.resolve(file), from, to);
        assertThat(of(folder)).isNotEqualTo(of(Fixtures.folder("bert-mean")));
    }

    @Test
    void everyUsedWeightCounts() throws IOException {
        Path folder = Fixtures.copy("distilbert-dense", temporary.resolve("m"));
        Fingerprint before = of(folder);
        for (String file : List.of("model.safetensors", "2_Dense/model.safetensors")) {
            byte[] whole = Files.readAllBytes(folder.resolve(file));
            byte[] flipped = whole.clone();
            flipped[whole.length - 1] ^= 1;
            Files.write(folder.resolve(file), flipped);
            assertThat(of(folder)).as(file).isNotEqualTo(before);
            Files.write(folder.resolve(file), whole);
        }
        assertThat(of(folder)).isEqualTo(before);
    }
}
