package io.github.embeddinglab.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Export;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.ModelNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What leaves the laboratory gives the same vectors elsewhere. */
@Tag("integration")
class ExportTest {
    private static final Export.Jar COORDINATES = new Export.Jar("com.example", "tiny", "1.0.0");

    @TempDir
    Path folder;

    private EmbeddingLaboratory laboratory;

    @BeforeEach
    void open() {
        laboratory = ReferenceModels.builder().build();
    }

    @AfterEach
    void close() {
        laboratory.close();
    }

    private Path export(String name, Export form, String target) {
        return laboratory.models().export(ReferenceModels.folder(name).toString(), form, folder.resolve(target));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert-mean", "bert-labse", "mpnet-mean", "roberta-max", "distilbert-dense", "modernbert-mean"})
    void theGraphRunsElsewhere(String name) throws Exception {
        Path model = export(name, new Export.Onnx(true), "out");
        assertThat(names(folder.resolve("out"))).contains("model.onnx", "tokenizer.json", "README.md");
        ModelProto proto = ModelProto.parseFrom(Files.readAllBytes(model));
        assertThat(proto.getOpsetImportList()).extracting(set -> set.getDomain()).containsOnly("");
        assertThat(proto.getGraph().getNodeList()).extracting(NodeProto::getDomain).containsOnly("");
        JsonNode expected = ReferenceModels.json(ReferenceModels.folder(name).resolve("expected.json"));
        float[][] vectors = run(model, expected.get("input_ids"), "sentence_embedding", Padding.of(name));
        for (int row = 0; row < vectors.length; row++) {
            assertThat(ReferenceModels.difference(vectors[row], ReferenceModels.vector(expected.get("embeddings").get(row))))
                    .as("row %d", row)
                    .isLessThan(1e-5);
        }
    }

    @Test
    void tokenVectorsPooledOutsideAgree() throws Exception {
        Path model = export("bert-mean", new Export.Onnx(false), "out");
        JsonNode expected = ReferenceModels.json(ReferenceModels.folder("bert-mean").resolve("expected.json"));
        for (int row = 0; row < expected.get("input_ids").size(); row++) {
            float[] all = run(model, Padding.only(expected.get("input_ids").get(row)), "last_hidden_state", 0)[0];
            int width = expected.get("embeddings").get(row).size();
            float[] pooled = new float[width];
            double norm = 0;
            for (int i = 0; i < all.length; i++) {
                pooled[i % width] += all[i];
            }
            for (float value : pooled) {
                norm += (double) value * value;
            }
            for (int i = 0; i < width; i++) {
                pooled[i] = (float) (pooled[i] / Math.sqrt(norm));
            }
            assertThat(ReferenceModels.difference(pooled, ReferenceModels.vector(expected.get("embeddings").get(row))))
                    .isLessThan(1e-5);
        }
    }

    @Test
    void aFolderIsTheSameModel() {
        Path file = export("xlm-roberta-mean", new Export.Folder(), "out");
        assertThat(file).exists();
        assertThat(laboratory.models().load(folder.resolve("out").toString()).fingerprint())
                .isEqualTo(laboratory.models().load(ReferenceModels.folder("xlm-roberta-mean").toString()).fingerprint());
        assertThat(folder.resolve("out/README.md")).content().contains("# xlm-roberta-mean");
    }

    @Test
    void aStaticModelHasNoGraphAndATakenTargetIsRefused() throws Exception {
        assertThatThrownBy(() -> export("static-mean", new Export.Onnx(true), "out"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContainingAll("static-mean is static", "folder or jar");
        assertThat(names(folder)).as("nothing half-written").isEmpty();
        Files.createDirectory(folder.resolve("there"));
        assertThatThrownBy(() -> export("bert-mean", new Export.Folder(), "there"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContainingAll("there", "exists");
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertThatThrownBy(() -> laboratory.models()
                        .export(ReferenceModels.folder("bert-mean").toString(), new Export.Folder(), file.resolve("out")))
                .isInstanceOf(LaboratoryException.class)
                .hasMessageContaining("nothing was left there");
        assertThat(names(folder)).containsExactly("file", "there");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert-mean", "static-mean"})
    void aJarIsFoundOnTheClassPath(String name) throws Exception {
        Path jar = export(name, COORDINATES, "out");
        assertThat(names(folder.resolve("out"))).containsExactly("tiny-1.0.0.jar", "tiny-1.0.0.pom");
        JsonNode expected = ReferenceModels.json(ReferenceModels.folder(name).resolve("expected.json"));
        try (URLClassLoader loader = loader(jar);
                EmbeddingLaboratory other = open(loader)) {
            float[][] vectors = other.embed(ReferenceModels.texts(expected.get("texts")), EmbedOptions.model(name)).toArrays();
            for (int row = 0; row < vectors.length; row++) {
                assertThat(ReferenceModels.difference(vectors[row], ReferenceModels.vector(expected.get("embeddings").get(row))))
                        .isLessThan(1e-5);
            }
            assertThat(other.models().verify(name).problems()).isEmpty();
        }
        assertThat(Files.readAllBytes(export(name, COORDINATES, "again"))).isEqualTo(Files.readAllBytes(jar));
    }

    @Test
    void severalJarsStandBesideEachOtherUnlessTheirNamesClash() throws Exception {
        Path one = export("bert-mean", COORDINATES, "one");
        Path other = export("static-mean", COORDINATES, "other");
        Path disguised = rewritten(export("mpnet-mean", COORDINATES, "mpnet"), "disguised.jar", (name, bytes) ->
                name.endsWith("model.json") ? text(bytes).replace("\"mpnet-mean\"", "\"bert-mean\"").getBytes(StandardCharsets.UTF_8) : bytes);
        try (URLClassLoader loader = loader(one, other, one);
                EmbeddingLaboratory both = open(loader)) {
            assertThat(both.models().load("bert-mean").embed(List.of("a")).rows()).isEqualTo(1);
            assertThat(both.models().load("static-mean").embed(List.of("a")).rows()).isEqualTo(1);
        }
        try (URLClassLoader loader = loader(one, disguised);
                EmbeddingLaboratory both = open(loader)) {
            assertThatThrownBy(() -> both.models().load("bert-mean"))
                    .isInstanceOf(InvalidModelException.class)
                    .hasMessageContainingAll("two jars", "different models", "bert-mean", "remove one");
        }
    }

    @Test
    void aDamagedJarIsRefusedAndLeavesNothing() throws Exception {
        Path jar = export("bert-mean", COORDINATES, "out");
        Path flipped = rewritten(jar, "flipped.jar", (name, bytes) -> {
            if (name.endsWith("model.safetensors")) {
                bytes[bytes.length / 2] ^= 1;
            }
            return bytes;
        });
        refused(flipped, "model.safetensors", "SHA-256", "get the jar again");
        refused(rewritten(jar, "lacking.jar", (name, bytes) -> name.endsWith("tokenizer.json") ? new byte[0] : bytes), "tokenizer.json");
        refused(rewritten(jar, "without.jar", (name, bytes) -> name.endsWith("config.json") ? null : bytes), "lacks", "config.json");
        refused(rewritten(jar, "outside.jar", (name, bytes) ->
                name.endsWith("model.json") ? text(bytes).replace("\"config.json\"", "\"../../x\"").getBytes(StandardCharsets.UTF_8) : bytes), "outside the model");
        for (String json : List.of("{", "null", "{}", "{\"format\":9,\"name\":\"bert-mean\"}", "{\"format\":1,\"name\":\"bert-mean\",\"files\":[]}")) {
            refused(rewritten(jar, "index.jar", (name, bytes) ->
                    name.endsWith("model.json") ? json.getBytes(StandardCharsets.UTF_8) : bytes), "index.jar");
        }
    }

    private void refused(Path jar, String... parts) throws Exception {
        Path models = Files.createTempDirectory(folder, "models");
        try (URLClassLoader loader = loader(jar);
                EmbeddingLaboratory other = EmbeddingLaboratory.builder().modelDirectory(models).classLoader(loader).build()) {
            assertThatThrownBy(() -> other.models().load("bert-mean"))
                    .isInstanceOf(InvalidModelException.class)
                    .hasMessageContainingAll(parts);
        }
        if (Files.exists(models.resolve("jars"))) {
            assertThat(names(models.resolve("jars"))).isEmpty();
        }
    }

    @Test
    void withoutTheJarTheModelIsUnknown() {
        assertThatThrownBy(() -> laboratory.models().load("bert-mean"))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("bert-mean");
    }

    private EmbeddingLaboratory open(ClassLoader loader) throws IOException {
        return EmbeddingLaboratory.builder()
                .modelDirectory(Files.createTempDirectory(folder, "models"))
                .classLoader(loader)
                .build();
    }

    private static URLClassLoader loader(Path... jars) throws IOException {
        List<URL> urls = new ArrayList<>();
        for (Path jar : jars) {
            urls.add(jar.toUri().toURL());
        }
        return new URLClassLoader(urls.toArray(URL[]::new), ExportTest.class.getClassLoader());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private Path rewritten(Path jar, String name, BiFunction<String, byte[], byte[]> change) throws IOException {
        Path target = folder.resolve(name);
        try (JarFile from = new JarFile(jar.toFile());
                OutputStream out = Files.newOutputStream(target);
                JarOutputStream to = new JarOutputStream(out)) {
            for (JarEntry entry : from.stream().toList()) {
                byte[] changed;
                try (InputStream in = from.getInputStream(entry)) {
                    changed = change.apply(entry.getName(), in.readAllBytes());
                }
                if (changed != null) {
                    to.putNextEntry(new JarEntry(entry.getName()));
                    to.write(changed);
                    to.closeEntry();
                }
            }
        }
        return target;
    }

    private static List<String> names(Path path) throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.map(entry -> String.valueOf(entry.getFileName())).sorted().toList();
        }
    }

    /** Padding ids of the models, and a list of one. */
    private static final class Padding {
        static long of(String name) {
            return name.startsWith("bert") || name.startsWith("distilbert") || name.startsWith("modernbert") ? 0 : 1;
        }

        static JsonNode only(JsonNode row) {
            return com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.arrayNode().add(row);
        }
    }

    /** All rows in one padded batch, in a session with ONNX Runtime's own settings. */
    private static float[][] run(Path model, JsonNode inputIds, String output, long padId) throws Exception {
        int rows = inputIds.size();
        int length = 0;
        for (JsonNode row : inputIds) {
            length = Math.max(length, row.size());
        }
        long[][] ids = new long[rows][length];
        long[][] mask = new long[rows][length];
        for (int row = 0; row < rows; row++) {
            Arrays.fill(ids[row], padId);
            for (int i = 0; i < inputIds.get(row).size(); i++) {
                ids[row][i] = inputIds.get(row).get(i).asLong();
                mask[row][i] = 1;
            }
        }
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                OrtSession session = environment.createSession(model.toString(), options);
                OnnxTensor idTensor = OnnxTensor.createTensor(environment, ids);
                OnnxTensor maskTensor = OnnxTensor.createTensor(environment, mask);
                OnnxTensor types = OnnxTensor.createTensor(environment, new long[rows][length])) {
            Map<String, OnnxTensor> feeds = new HashMap<>(Map.of("input_ids", idTensor, "attention_mask", maskTensor));
            if (session.getInputNames().contains("token_type_ids")) {
                feeds.put("token_type_ids", types);
            }
            assertThat(feeds.keySet()).containsExactlyInAnyOrderElementsOf(session.getInputNames());
            try (OrtSession.Result result = session.run(feeds)) {
                FloatBuffer numbers = ((OnnxTensor) result.get(output).orElseThrow()).getFloatBuffer();
                float[][] vectors = new float[rows][numbers.remaining() / rows];
                for (float[] vector : vectors) {
                    numbers.get(vector);
                }
                return vectors;
            }
        }
    }
}
