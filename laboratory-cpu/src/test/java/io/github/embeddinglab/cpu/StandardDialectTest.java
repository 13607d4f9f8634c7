package io.github.embeddinglab.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.core.device.Device;
import io.github.embeddinglab.core.device.DeviceProvider;
import io.github.embeddinglab.core.graph.Dialect;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A device that takes standard operators only, as TensorRT does; this one is the processor, so the reference can be asked. */
@Tag("integration")
class StandardDialectTest {
    private static final String SERVICE = "META-INF/services/" + DeviceProvider.class.getName();

    @TempDir
    private Path folder = Path.of(".");

    /** For {@link java.util.ServiceLoader}. */
    public static final class Plain implements DeviceProvider {
        @Override
        public String name() {
            return "plain";
        }

        @Override
        public List<Device> devices() {
            return List.of(new Device("plain", 0, "this machine's processor"));
        }

        @Override
        public String problem() {
            return "";
        }

        @Override
        public Dialect dialect(Device device) {
            return Dialect.STANDARD;
        }

        @Override
        public void configure(OrtSession.SessionOptions options, Device device) {}
    }

    /** The class path, with that provider in place of the module's own. */
    private ClassLoader plainDevice() throws IOException {
        URL service = Files.writeString(folder.resolve("service"), Plain.class.getName()).toUri().toURL();
        return new ClassLoader(StandardDialectTest.class.getClassLoader()) {
            @Override
            public Enumeration<URL> getResources(String name) throws IOException {
                return name.equals(SERVICE) ? Collections.enumeration(List.of(service)) : super.getResources(name);
            }
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert-mean", "bert-cls-prompts", "mpnet-mean", "roberta-max", "xlm-roberta-mean", "distilbert-dense", "modernbert-mean"})
    void vectorsAreTheReferences(String name) throws IOException {
        Path model = ReferenceModels.folder(name);
        JsonNode expected = ReferenceModels.json(model.resolve("expected.json"));
        List<String> texts = ReferenceModels.texts(expected.get("texts"));
        try (EmbeddingLaboratory laboratory =
                EmbeddingLaboratory.builder().modelDirectory(folder.resolve("models")).classLoader(plainDevice()).build()) {
            compare(laboratory.embed(texts, EmbedOptions.model(model.toString())), expected.get("embeddings"));
            JsonNode queries = expected.get("embeddings_prompt_query");
            if (queries != null) {
                Embeddings asked = laboratory.embed(
                        texts.subList(0, queries.size()), EmbedOptions.model(model.toString()).role(Role.QUERY));
                compare(asked, queries);
            }
        }
        try (Stream<Path> compiled = Files.list(folder.resolve("models").resolve("compiled"))) {
            assertThat(compiled).singleElement().satisfies(graph -> {
                assertThat(graph.toString()).as("kept apart from the fused one").endsWith("-standard");
                assertThat(new String(Files.readAllBytes(graph.resolve("model.onnx")), java.nio.charset.StandardCharsets.ISO_8859_1))
                        .doesNotContain("com.microsoft");
            });
        }
    }

    private static void compare(Embeddings embeddings, JsonNode expected) {
        assertThat(embeddings.rows()).isEqualTo(expected.size()).isPositive();
        for (int row = 0; row < embeddings.rows(); row++) {
            assertThat(ReferenceModels.difference(embeddings.vector(row), ReferenceModels.vector(expected.get(row))))
                    .as("row %d", row)
                    .isLessThan(1e-5);
        }
    }
}
