package io.github.embeddinglab.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.api.ModelFacts;
import io.github.embeddinglab.api.ModelId;
import io.github.embeddinglab.api.ModelInfo;
import io.github.embeddinglab.api.ModelNotFoundException;
import io.github.embeddinglab.testkit.FakeEmbedder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models of the user's own, and what the configuration does to models. */
@Tag("integration")
class ZooTest {
    @TempDir
    Path folder;

    private static ModelFacts facts(String pooling, int maxTokens) {
        return new ModelFacts("mine", 0, maxTokens, List.of("en"), "Apache-2.0", pooling, Map.of(), List.of());
    }

    private EmbeddingLaboratory open() {
        return EmbeddingLaboratory.builder().modelDirectory(folder.resolve("models")).build();
    }

    private Path onnx() throws IOException {
        Path source = Files.createDirectories(folder.resolve("source"));
        copy("/all-minilm-l6-v2.onnx", source.resolve("model.onnx"));
        copy("/all-minilm-l6-v2-tokenizer.json", source.resolve("tokenizer.json"));
        return source;
    }

    private static void copy(String resource, Path to) throws IOException {
        try (InputStream in = Objects.requireNonNull(ZooTest.class.getResourceAsStream(resource), resource)) {
            Files.copy(in, to);
        }
    }

    @Test
    void anOnnxModelIsImportedOnceAndRemovedWithWhatItMade() throws Exception {
        Path source = onnx();
        try (EmbeddingLaboratory laboratory = open()) {
            ModelInfo added =
                    laboratory.models().add(ModelId.of("my-minilm"), source.resolve("model.onnx"), facts("mean", 256));
            assertThat(added.facts().dimensions()).isEqualTo(384);
            assertThat(added.facts().maxTokens()).isEqualTo(256);
            assertThat(added.builtIn()).isFalse();
            float[] vector = laboratory.models().load("my-minilm").embed(List.of("How do I rotate a key?")).vector(0);
            try (EmbeddingLaboratory other = ReferenceModels.builder().build()) {
                assertThat(ReferenceModels.difference(
                                vector, other.models().load("minilm").embed(List.of("How do I rotate a key?")).vector(0)))
                        .isLessThan(1e-6);
            }
        }
        try (EmbeddingLaboratory laboratory = open()) {
            assertThat(laboratory.models().show("my-minilm").availability()).isEqualTo(ModelInfo.Availability.READY);
            assertThat(laboratory.models().verify("my-minilm").problems()).isEmpty();
            laboratory.models().remove(ModelId.of("my-minilm"));
            assertThatThrownBy(() -> laboratory.models().load("my-minilm")).isInstanceOf(ModelNotFoundException.class);
        }
        assertThat(names(folder.resolve("models/models"))).isEmpty();
        assertThat(names(source)).containsExactly("model.onnx", "tokenizer.json");
    }

    @Test
    void aFolderIsRegisteredInPlaceAndStaysWhenRemoved() throws Exception {
        Path model = ReferenceModels.folder("bert-mean");
        try (EmbeddingLaboratory laboratory = open()) {
            laboratory.models().add(ModelId.of("tiny"), model, facts("", 0));
            Embedder tiny = laboratory.models().load("tiny");
            assertThat(tiny.embed(List.of("a")).rows()).isEqualTo(1);
            laboratory.models().remove(ModelId.of("tiny"));
            assertThat(model.resolve("config.json")).exists();
            assertThatThrownBy(() -> laboratory.models().load("tiny"))
                    .isInstanceOf(ModelNotFoundException.class)
                    .hasMessageContainingAll("tiny", "did you mean");
        }
    }

    @Test
    void whatCannotBeAddedLeavesNothing() throws Exception {
        Path source = onnx();
        try (EmbeddingLaboratory laboratory = EmbeddingLaboratory.builder()
                .modelDirectory(folder.resolve("models"))
                .embedder("mine", FakeEmbedder.open())
                .build()) {
            for (String taken : List.of("minilm", "all-MiniLM-L6-v2", "mine", FakeModels.MODEL, "fake-alias")) {
                assertThatThrownBy(() -> laboratory.models().add(ModelId.of(taken), source, facts("mean", 256)))
                        .isInstanceOf(InvalidInputException.class)
                        .hasMessageContainingAll(taken, "taken");
            }
            assertThatThrownBy(() -> laboratory.models().add(ModelId.of("m"), source, facts("", 256)))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("--pooling");
            assertThatThrownBy(() -> laboratory.models().add(ModelId.of("m"), source, facts("average", 256)))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContainingAll("average", "mean");
            assertThatThrownBy(() -> laboratory.models().add(ModelId.of("m"), folder.resolve("nowhere"), facts("mean", 1)))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("nowhere");
            Files.writeString(source.resolve("model.onnx"), "no graph");
            assertThatThrownBy(() -> laboratory.models().add(ModelId.of("m"), source, facts("mean", 256)))
                    .isInstanceOf(InvalidModelException.class);
        }
        assertThat(Files.exists(folder.resolve("models/models")) ? names(folder.resolve("models/models")) : List.of())
                .isEmpty();
        assertThat(folder.resolve("models/registry.json")).doesNotExist();
    }

    @Test
    void theExampleConfigurationOpensAndOnlyLoadingNeedsWeights() throws Exception {
        Path yaml = folder.resolve("laboratory.yaml");
        copy("/laboratory.yaml", yaml);
        try (EmbeddingLaboratory laboratory = ReferenceModels.builder().configuration(yaml).build()) {
            assertThat(laboratory.defaultModel()).isEqualTo("sentence-transformers/all-MiniLM-L6-v2");
            assertThat(laboratory.embed(List.of("water")).dimensions()).isEqualTo(384);
            assertThat(laboratory.models().list()).isNotEmpty();
            assertThatThrownBy(() -> laboratory.models().load("custom-technical"))
                    .isInstanceOf(ModelNotFoundException.class)
                    .hasMessageContaining("fine-tuning");
            assertThatThrownBy(() -> laboratory.models().load("bge-small-en-v1.5"))
                    .isInstanceOf(ModelNotFoundException.class)
                    .hasMessageContainingAll("bge-small-en-v1.5", "models.enabled");
        }
    }

    @Test
    void theSequenceLimitOnlyLowers() throws Exception {
        Path low = Files.writeString(folder.resolve("low.yaml"), "optimization: { max_sequence_length: 100 }");
        Path high = Files.writeString(folder.resolve("high.yaml"), "optimization: { max_sequence_length: 5000 }");
        try (EmbeddingLaboratory lower = ReferenceModels.builder().configuration(low).build();
                EmbeddingLaboratory higher = ReferenceModels.builder().configuration(high).build()) {
            assertThat(lower.models().load("minilm").maxTokens()).isEqualTo(100);
            assertThat(higher.models().load("minilm").maxTokens()).isEqualTo(256);
            assertThat(lower.models().load("minilm").embed(List.of("water ".repeat(300))).tokenUse(0).used()).isEqualTo(100);
        }
        Path tiny = Files.writeString(folder.resolve("tiny.yaml"), "optimization: { max_sequence_length: 1 }");
        try (EmbeddingLaboratory laboratory = ReferenceModels.builder().configuration(tiny).build()) {
            assertThatThrownBy(() -> laboratory.models().load("minilm").embed(List.of("water")))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContainingAll("1 tokens", "2 special tokens");
        }
    }

    @Test
    void unknownNamesGetSuggestionsAndDownloadsAreNotSilent() {
        try (EmbeddingLaboratory laboratory = open()) {
            assertThatThrownBy(() -> laboratory.models().load("all-MiniLM-L6-v3"))
                    .isInstanceOf(ModelNotFoundException.class)
                    .hasMessageContainingAll("all-MiniLM-L6-v3", "all-MiniLM-L6-v2");
            assertThatThrownBy(() -> laboratory.models().load("gte-small"))
                    .hasMessageContaining("allow")
                    .isInstanceOf(io.github.embeddinglab.api.LaboratoryException.class);
        }
    }

    @Test
    void aDeviceThatIsNotHereIsNamed() throws Exception {
        Path yaml = Files.writeString(folder.resolve("cuda.yaml"), "optimization: { devices: [cuda] }");
        try (EmbeddingLaboratory laboratory = ReferenceModels.builder().configuration(yaml).build()) {
            assertThatThrownBy(() -> laboratory.models().load("minilm").embed(List.of("water")))
                    .isInstanceOf(io.github.embeddinglab.api.DeviceException.class)
                    .hasMessageContainingAll("cuda", "cpu:0");
        }
        Path wrong = Files.writeString(folder.resolve("wrong.yaml"), "models: { proxy: 'ftp://there' }");
        assertThatThrownBy(() -> ReferenceModels.builder().configuration(wrong).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("models.proxy", "http://HOST:PORT");
    }

    private static List<String> names(Path path) throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.map(entry -> String.valueOf(entry.getFileName())).sorted().toList();
        }
    }
}
