package io.github.embeddinglab.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.api.Role;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ways of writing a model that the nine reference models do not show, each with the reference's vectors. Folders are edited
 * as their generator edited them, so that one set of weights serves many settings.
 */
@Tag("integration")
class VariantParityTest {
    private static final String GROUP = "embeddings_";

    @TempDir
    private Path work;

    @ParameterizedTest
    @ValueSource(strings = {"bert-do-lower-case", "mpnet-64-buckets"})
    void foldersAgree(String name) throws Exception {
        Path folder = copy(name);
        JsonNode expected = expected(name);
        try (EmbeddingLaboratory laboratory = ReferenceModels.builder().build();
                Embedder model = laboratory.models().load(folder.toString())) {
            Embeddings embeddings = model.embed(texts(name));
            compare(embeddings, expected.get("embeddings"), name);
            for (int row = 0; row < embeddings.rows(); row++) {
                assertThat(embeddings.tokenUse(row).used())
                        .as("row %d", row)
                        .isEqualTo(expected.get("input_ids").get(row).size());
            }
        }
    }

    @Test
    void everyActivationOfTheEncoderAgrees() throws Exception {
        everySetting("bert-activations", "config.json", "\"hidden_act\": \"gelu\"", "\"hidden_act\": \"%s\"", 13);
    }

    @ParameterizedTest
    @ValueSource(strings = {"static-dense, 1_Dense", "bert-dense, 2_Dense"})
    void everyActivationOfADenseModuleAgrees(String model) throws Exception {
        String[] parts = model.split(", ", 2);
        everySetting(
                parts[0],
                parts[1] + "/config.json",
                "\"activation_function\": \"torch.nn.modules.activation.Hardtanh\"",
                "\"activation_function\": \"%s\"",
                13);
    }

    private void everySetting(String name, String file, String before, String after, int count) throws Exception {
        JsonNode expected = expected(name);
        List<String> settings = new ArrayList<>();
        expected.fieldNames().forEachRemaining(field -> {
            if (field.startsWith(GROUP)) {
                settings.add(field.substring(GROUP.length()));
            }
        });
        assertThat(settings).hasSize(count);
        try (EmbeddingLaboratory laboratory = ReferenceModels.builder().build()) {
            for (String setting : settings) {
                Path folder = copy(name);
                edit(folder.resolve(file), before, String.format(after, setting));
                Embeddings embeddings = laboratory.embed(texts(name), EmbedOptions.model(folder.toString()));
                compare(embeddings, expected.get(GROUP + setting), setting);
            }
        }
    }

    /** Also where the last piece of the prompt melts into the first word of the text, so that nothing is left to pool. */
    @Test
    void everyPoolingLeavesOutThePrompt() throws Exception {
        String name = "bert-prompt-left-out";
        JsonNode expected = expected(name);
        try (EmbeddingLaboratory laboratory = ReferenceModels.builder().build()) {
            for (String mode : List.of("cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken")) {
                Path folder = copy(name);
                edit(folder.resolve("1_Pooling/config.json"), "\"pooling_mode\": \"mean\"", "\"pooling_mode\": \"" + mode + "\"");
                for (String prompt : List.of("query", "glued")) {
                    Embeddings embeddings = laboratory.embed(
                            texts(name), EmbedOptions.model(folder.toString()).role(Role.prompt(prompt)));
                    compare(embeddings, expected.get(GROUP + mode + "_" + prompt), mode + " " + prompt);
                }
            }
        }
    }

    @Test
    void theEndOfALongTextIsNotKeptInSilence() throws Exception {
        Path folder = copy("bert-activations");
        Path file = folder.resolve("tokenizer_config.json");
        Files.writeString(file, Files.readString(file).replaceFirst("\\{", "{\"truncation_side\": \"left\","));
        refused(folder, "truncation_side", "left");
    }

    @Test
    void fewerBucketsThanTheReferenceUsesAreRefused() throws Exception {
        Path folder = copy("mpnet-64-buckets");
        edit(folder.resolve("config.json"), "\"relative_attention_num_buckets\": 64", "\"relative_attention_num_buckets\": 16");
        refused(folder, "relative_attention_num_buckets", "16");
    }

    private static void refused(Path folder, String... words) {
        try (EmbeddingLaboratory laboratory = ReferenceModels.builder().build()) {
            EmbedOptions model = EmbedOptions.model(folder.toString());
            assertThatThrownBy(() -> laboratory.embed(List.of("a"), model))
                    .isInstanceOf(InvalidModelException.class)
                    .hasMessageContainingAll(words);
        }
    }

    private static void compare(Embeddings embeddings, JsonNode expected, String what) {
        assertThat(embeddings.rows()).isEqualTo(expected.size()).isPositive();
        for (int row = 0; row < embeddings.rows(); row++) {
            if (expected.get(row).isNull()) {
                continue; // the reference's maximum over no token is minus infinity
            }
            float[] vector = ReferenceModels.vector(expected.get(row));
            double scale = Math.max(1, Math.sqrt(dot(vector)));
            assertThat(ReferenceModels.difference(embeddings.vector(row), vector) / scale)
                    .as("%s, row %d", what, row)
                    .isLessThan(1e-5);
        }
    }

    private static double dot(float[] vector) {
        double sum = 0;
        for (float value : vector) {
            sum += (double) value * value;
        }
        return sum;
    }

    private static Path source(String name) {
        try {
            var url = Objects.requireNonNull(
                    VariantParityTest.class.getResource("/fixtures/variants/" + name + "/modules.json"), name);
            return Objects.requireNonNull(Path.of(url.toURI()).getParent());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode expected(String name) {
        return ReferenceModels.json(source(name).resolve("expected.json"));
    }

    private static List<String> texts(String name) {
        return ReferenceModels.texts(expected(name).get("texts"));
    }

    private Path copy(String name) throws IOException {
        Path from = source(name);
        Path to = Files.createTempDirectory(work, name);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(Objects.requireNonNull(target.getParent()));
                Files.copy(file, target);
            }
        }
        return to;
    }

    private static void edit(Path file, String before, String after) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(before);
        Files.writeString(file, text.replace(before, after));
    }
}
