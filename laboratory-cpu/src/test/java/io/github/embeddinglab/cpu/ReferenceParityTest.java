package io.github.embeddinglab.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.testkit.SharedData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Text in, vectors out, through the whole laboratory, against the reference's vectors. */
@Tag("integration")
class ReferenceParityTest {
    @ParameterizedTest
    @ValueSource(strings = {"bert-mean", "bert-cls-prompts", "bert-labse", "mpnet-mean", "xlm-roberta-mean", "roberta-max",
        "distilbert-dense", "modernbert-mean", "static-mean"})
    void tinyModelsAgree(String name) {
        Path folder = ReferenceModels.folder(name);
        JsonNode expected = ReferenceModels.json(folder.resolve("expected.json"));
        try (EmbeddingLaboratory laboratory = ReferenceModels.builder().build()) {
            List<String> texts = ReferenceModels.texts(expected.get("texts"));
            EmbedOptions model = EmbedOptions.model(folder.toString());
            compare(laboratory.embed(texts, model), expected.get("embeddings"));
            expected.fieldNames().forEachRemaining(field -> {
                if (field.startsWith("embeddings_prompt_")) {
                    JsonNode vectors = expected.get(field);
                    Role role = Role.prompt(field.substring("embeddings_prompt_".length()));
                    compare(laboratory.embed(texts.subList(0, vectors.size()), model.role(role)), vectors);
                }
            });
        }
    }

    private static void compare(Embeddings embeddings, JsonNode expected) {
        assertThat(embeddings.rows()).isEqualTo(expected.size()).isPositive();
        for (int row = 0; row < embeddings.rows(); row++) {
            float[] vector = ReferenceModels.vector(expected.get(row));
            assertThat(ReferenceModels.difference(embeddings.vector(row), vector)).as("row %d", row).isLessThan(1e-5);
            assertThat(ReferenceModels.cosine(embeddings.vector(row), vector)).as("row %d", row).isGreaterThan(0.99999);
        }
    }

    @Test
    void rolesOfAModelWithPromptsAreTheReferences() {
        Path folder = ReferenceModels.folder("bert-cls-prompts");
        JsonNode expected = ReferenceModels.json(folder.resolve("expected.json"));
        try (EmbeddingLaboratory laboratory = ReferenceModels.builder().build();
                Embedder model = laboratory.models().load(folder.toString())) {
            List<String> texts = ReferenceModels.texts(expected.get("texts")).subList(0, 4);
            // its file holds an empty prompt "document", which the reference prefers to "passage"
            for (int row = 0; row < texts.size(); row++) {
                assertThat(ReferenceModels.difference(
                                model.embedDocuments(texts).vector(row),
                                ReferenceModels.vector(expected.get("embeddings").get(row))))
                        .isLessThan(1e-5);
            }
            for (int row = 0; row < texts.size(); row++) {
                assertThat(ReferenceModels.difference(
                                model.embedQuery(texts.get(row)).vector(),
                                ReferenceModels.vector(expected.get("embeddings_prompt_query").get(row))))
                        .isLessThan(1e-5);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"all-MiniLM-L6-v2", "bge-small-en-v1.5", "e5-small-v2"})
    void modelsFromJarsAgree(String name) {
        JsonNode all = ReferenceModels.jarModels();
        JsonNode expected = all.get("models").get(name);
        List<String> texts = ReferenceModels.texts(all.get("texts"));
        try (EmbeddingLaboratory laboratory = ReferenceModels.builder().build();
                Embedder model = laboratory.models().load(name)) {
            assertThat(model.dimensions()).isEqualTo(expected.get("dimensions").asInt());
            assertThat(model.maxTokens()).isEqualTo(expected.get("limit").asInt());
            Embeddings plain = model.embed(texts);
            closeTo(plain, expected.get("embeddings"));
            for (int row = 0; row < texts.size(); row++) {
                assertThat(plain.tokenUse(row).used()).isEqualTo(expected.get("input_ids").get(row).size());
            }
            if (expected.has("query")) {
                JsonNode vectors = expected.get("query");
                List<String> some = texts.subList(0, vectors.size());
                closeTo(model.embed(some, EmbedOptions.defaults().role(Role.QUERY)), vectors);
                assertThat(ReferenceModels.cosine(
                                model.embedQuery(some.get(0)).vector(), ReferenceModels.vector(vectors.get(0))))
                        .isGreaterThanOrEqualTo(0.99999);
            }
            if (expected.has("document")) {
                JsonNode vectors = expected.get("document");
                closeTo(model.embedDocuments(texts.subList(0, vectors.size())), vectors);
            }
        }
    }

    private static void closeTo(Embeddings embeddings, JsonNode expected) {
        assertThat(embeddings.rows()).isEqualTo(expected.size()).isPositive();
        for (int row = 0; row < embeddings.rows(); row++) {
            assertThat(ReferenceModels.cosine(embeddings.vector(row), ReferenceModels.vector(expected.get(row))))
                    .as("row %d", row)
                    .isGreaterThanOrEqualTo(0.99999);
        }
    }

    /** Made from wheels by a script beside the checkout; kept in the temporary folder for the next build. */
    @Test
    void theMultilingualModelAgrees() throws Exception {
        Path script = SharedData.require("models/make");
        Path folder = Path.of(System.getProperty("java.io.tmpdir"), "laboratory-multilingual-e5-small");
        Path log = Files.createTempFile("make-model", ".log");
        Process process = new ProcessBuilder("bash", script.toString(), folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        int exit = process.waitFor();
        String said = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).strip();
        Files.delete(log);
        Assumptions.assumeTrue(exit == 0, () -> "skipped: the multilingual model cannot be made here: " + said);
        JsonNode expected = ReferenceModels.json(folder.resolve("expected.json"));
        try (EmbeddingLaboratory laboratory = ReferenceModels.builder().build();
                Embedder model = laboratory.models().load(folder.toString())) {
            assertThat(model.maxTokens()).isEqualTo(expected.get("max_seq_length").asInt());
            assertThat(expected.get("items")).isNotEmpty();
            for (JsonNode item : expected.get("items")) {
                Role role = item.get("prompt").isNull() ? Role.NONE : Role.prompt(item.get("prompt").asText());
                Embeddings row = model.embed(List.of(item.get("text").asText()), EmbedOptions.defaults().role(role));
                String name = item.get("name").asText();
                assertThat(row.tokenUse(0).used()).as(name).isEqualTo(item.get("tokens").asInt());
                assertThat(row.tokenUse(0).dropped())
                        .as(name)
                        .isEqualTo(item.get("tokens_before_truncation").asInt() - item.get("tokens").asInt());
                assertThat(ReferenceModels.cosine(row.vector(0), ReferenceModels.vector(item.get("vector"))))
                        .as(name)
                        .isGreaterThanOrEqualTo(0.99999);
            }
        }
    }

    /** The token table runs in a JVM that has neither ONNX Runtime nor the native tokenizers on its class path. */
    @Test
    void theStaticModelNeedsNoRuntime() throws Exception {
        String[] entries = System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1);
        List<String> kept = Stream.of(entries)
                .filter(entry -> !entry.contains("onnxruntime") && !entry.contains("tokenizers") && !entry.contains("tribuo"))
                .toList();
        assertThat(kept).hasSizeLessThan(entries.length - 1);
        Path folder = ReferenceModels.folder("static-mean");
        Path log = Files.createTempFile("static", ".log");
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        String.join(java.io.File.pathSeparator, kept),
                        StaticOnly.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(child.waitFor()).as(read(log)).isZero();
        assertThat(read(log)).contains("agrees");
        Files.delete(log);
    }

    private static String read(Path file) throws IOException {
        return Objects.requireNonNull(Files.readString(file));
    }
}
