package io.github.embeddinglab.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.core.model.ModelModule.DenseActivation;
import io.github.embeddinglab.core.model.ModelModule.PoolingMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
class ModelFolderWriterTest {
    @TempDir
    Path temporary;

    private void leavesOnly(String... names) throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder(names);
        }
    }

    @ParameterizedTest
    @FieldSource("io.github.embeddinglab.core.model.Fixtures#NAMES")
    void whatIsWrittenIsTheSameModel(String name) throws IOException {
        Path target = temporary.resolve("made/by/us");
        try (ModelFolder model = ModelFolder.open(Fixtures.folder(name))) {
            ModelFolderWriter.write(
                    model.description(), model.tensors(), Files.readAllBytes(model.tokenizer()), target,
                    Map.of("laboratory-record.json", "{}".getBytes(StandardCharsets.UTF_8)));
            try (ModelFolder written = ModelFolder.open(target)) {
                assertThat(written.description()).isEqualTo(model.description());
                assertThat(written.fingerprint()).isEqualTo(model.fingerprint());
                assertThat(written.notes()).isEmpty();
            }
        }
        assertThat(target.resolve("laboratory-record.json")).hasContent("{}");
        try (Stream<Path> beside = Files.list(temporary.resolve("made/by"))) {
            assertThat(beside).containsExactly(target);
        }
    }

    @Test
    void modulesOfEveryKindComeBack() throws IOException {
        try (ModelFolder model = ModelFolder.open(Fixtures.folder("bert-mean"))) {
            List<Tensors.Tensor> tensors = new ArrayList<>();
            model.tensors().names().forEach(name -> tensors.add(model.tensors().tensor(name)));
            tensors.add(Tensors.Tensor.of("7_X/linear.weight", new long[] {8, 96}, new float[768]));
            tensors.add(Tensors.Tensor.of("head/w", new long[] {8}, new float[] {1, 2, 3, 4, 5, 6, 7, 8}));
            tensors.add(Tensors.Tensor.of("head/b", new long[] {8}, new float[8]));
            List<ModelModule> modules = List.of(
                    new ModelModule.Pooling(List.of(PoolingMode.MEAN, PoolingMode.CLS, PoolingMode.LAST_TOKEN), false),
                    new ModelModule.Dense("7_X/linear.weight", "", 96, 8, DenseActivation.SILU),
                    new ModelModule.LayerNorm("head/w", "head/b", 8, 1e-5f));
            Prompts prompts = new Prompts(new java.util.TreeMap<>(Map.of("query", "ask: \"\\ é ")), "query");
            ModelDescription description = ModelDescription.of(model.encoder(), modules, prompts, 77);
            Path target = temporary.resolve("m");
            ModelFolderWriter.write(description, Tensors.of(tensors), Files.readAllBytes(model.tokenizer()), target);
            try (ModelFolder written = ModelFolder.open(target)) {
                assertThat(written.modules()).containsExactly(
                        modules.get(0),
                        new ModelModule.Dense("2_Dense/linear.weight", "", 96, 8, DenseActivation.SILU),
                        new ModelModule.LayerNorm("3_LayerNorm/norm.weight", "3_LayerNorm/norm.bias", 8, 1e-5f));
                assertThat(written.prompts()).isEqualTo(prompts);
                assertThat(written.maxTokens()).isEqualTo(77);
                assertThat(written.dimensions()).isEqualTo(8);
                assertThat(written.tensors().floats("3_LayerNorm/norm.weight")).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
            }
        }
    }

    @Test
    void aStaticLimitIsKeptInTheTokenizer() throws IOException {
        try (ModelFolder model = ModelFolder.open(Fixtures.folder("static-mean"))) {
            ModelDescription limited =
                    new ModelDescription(null, 24, model.modules(), Prompts.NONE, 99, false);
            Path target = temporary.resolve("m");
            ModelFolderWriter.write(limited, model.tensors(), Files.readAllBytes(model.tokenizer()), target);
            try (ModelFolder written = ModelFolder.open(target)) {
                assertThat(written.maxTokens()).isEqualTo(99);
            }
        }
    }

    @Test
    void nothingIsWrittenWhenAnythingIsWrong() throws IOException {
        try (ModelFolder model = ModelFolder.open(Fixtures.folder("bert-mean"))) {
            byte[] tokenizer = Files.readAllBytes(model.tokenizer());
            Path target = temporary.resolve("m");
            List<Tensors.Tensor> fewer = new ArrayList<>();
            model.tensors().names().forEach(name -> fewer.add(model.tensors().tensor(name)));
            fewer.removeIf(tensor -> tensor.name().equals("encoder.layer.1.output.dense.bias"));
            assertThatThrownBy(() -> ModelFolderWriter.write(model.description(), Tensors.of(fewer), tokenizer, target))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("encoder.layer.1.output.dense.bias");
            byte[] foreign = Files.readAllBytes(Fixtures.folder("roberta-max").resolve("tokenizer.json"));
            assertThatThrownBy(() -> ModelFolderWriter.write(model.description(), model.tensors(), foreign, target))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("1499");
            assertThatThrownBy(() -> ModelFolderWriter.write(
                            model.description(), model.tensors(), tokenizer, target, Map.of("../out.txt", new byte[1])))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("../out.txt");
            assertThatThrownBy(() -> ModelFolderWriter.write(
                            model.description(), model.tensors(), tokenizer, target, Map.of("config.json", new byte[1])))
                    .isInstanceOf(InvalidInputException.class);
            leavesOnly();
            Files.createDirectory(target);
            Files.writeString(target.resolve("mine.txt"), "keep");
            assertThatThrownBy(() -> ModelFolderWriter.write(model.description(), model.tensors(), tokenizer, target))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("not an empty folder");
            assertThat(target.resolve("mine.txt")).hasContent("keep");
            Files.delete(target.resolve("mine.txt"));
            ModelFolderWriter.write(model.description(), model.tensors(), tokenizer, target);
            leavesOnly("m");
            Path below = target.resolve("config.json").resolve("x");
            assertThatThrownBy(() -> ModelFolderWriter.write(model.description(), model.tensors(), tokenizer, below))
                    .isInstanceOf(LaboratoryException.class);
        }
    }

    @Test
    void stepsThatDoNotFitAreRefused() {
        try (ModelFolder model = ModelFolder.open(Fixtures.folder("bert-mean"))) {
            ModelModule mean = new ModelModule.Pooling(List.of(PoolingMode.MEAN), true);
            EncoderConfig encoder = model.encoder();
            assertThatThrownBy(() -> ModelDescription.of(encoder, List.of(), Prompts.NONE, 8))
                    .isInstanceOf(InvalidInputException.class);
            assertThatThrownBy(() -> ModelDescription.of(encoder, List.of(mean, mean), Prompts.NONE, 8))
                    .isInstanceOf(InvalidInputException.class);
            assertThatThrownBy(() -> ModelDescription.of(encoder, List.of(mean), Prompts.NONE, 129))
                    .hasMessageContaining("128");
            ModelModule dense = new ModelModule.Dense("w", "", 31, 4, DenseActivation.TANH);
            assertThatThrownBy(() -> ModelDescription.of(encoder, List.of(mean, dense), Prompts.NONE, 8))
                    .hasMessageContaining("31")
                    .hasMessageContaining("32");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"F32", "F16", "BF16"})
    void copiesKeepEverythingButTheChangedWeights(String stored) throws IOException {
        Tensors.Type type = Tensors.Type.valueOf(stored);
        Path parent = Fixtures.copy("distilbert-dense", temporary.resolve("parent"));
        List<Tensors.Tensor> all = new ArrayList<>();
        try (Tensors tensors = Safetensors.open(parent)) {
            for (String name : tensors.names()) {
                Tensors.Tensor tensor = FloatConversion.as(tensors.tensor(name), type, "test");
                all.add(new Tensors.Tensor("distilbert." + name, type, tensor.shape(), tensor.data()));
            }
        }
        all.add(new Tensors.Tensor("distilbert.ids", Tensors.Type.I64, new long[] {1}, ByteBuffer.allocate(8)));
        SafetensorsWriter.write(all, parent, 60_000);
        Files.delete(parent.resolve("model.safetensors"));
        Files.writeString(parent.resolve("README.md"), "a card");
        Files.writeString(parent.resolve("laboratory-record.json"), "{\"old\": true}");
        Files.write(parent.resolve("pytorch_model.bin"), new byte[3]);
        Files.createDirectories(parent.resolve("onnx"));
        Files.write(parent.resolve("onnx/model.onnx"), new byte[3]);
        Path target = temporary.resolve("child");
        String name = "transformer.layer.1.ffn.lin1.bias";
        float[] values = new float[64];
        Arrays.fill(values, 0.5f);
        try (ModelFolder model = ModelFolder.open(parent)) {
            Tensors changed = Tensors.of(List.of(
                    Tensors.Tensor.of(name, new long[] {64}, values),
                    Tensors.Tensor.of("2_Dense/linear.bias", new long[] {16}, new float[16])));
            ModelFolderWriter.copyWith(model, changed, target, Map.of("notes/why.txt", new byte[] {'x'}));
            try (ModelFolder child = ModelFolder.open(target)) {
                assertThat(child.description()).isEqualTo(model.description());
                assertThat(child.fingerprint()).isNotEqualTo(model.fingerprint());
                assertThat(child.tensors().names()).isEqualTo(model.tensors().names());
                for (String each : child.tensors().names()) {
                    Tensors.Tensor tensor = child.tensors().tensor(each);
                    assertThat(tensor.type()).isEqualTo(model.tensors().tensor(each).type());
                    if (each.equals(name)) {
                        assertThat(child.tensors().floats(each)).containsOnly(0.5f);
                    } else if (each.equals("2_Dense/linear.bias")) {
                        assertThat(child.tensors().floats(each)).containsOnly(0f);
                    } else {
                        assertThat(tensor.data()).isEqualTo(model.tensors().tensor(each).data());
                    }
                }
            }
            assertThatThrownBy(() -> ModelFolderWriter.copyWith(
                            model, Tensors.of(List.of(Tensors.Tensor.of("x", new long[] {1}, new float[1]))), temporary.resolve("no")))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("\"x\"");
            assertThatThrownBy(() -> ModelFolderWriter.copyWith(
                            model, Tensors.of(List.of(Tensors.Tensor.of(name, new long[] {1}, new float[1]))), temporary.resolve("no")))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("[64]");
        }
        leavesOnly("parent", "child");
        assertThat(target.resolve("README.md")).hasContent("a card");
        assertThat(target.resolve("notes/why.txt")).hasContent("x");
        assertThat(target.resolve("expected.json")).exists();
        assertThat(target.resolve("laboratory-record.json")).doesNotExist();
        assertThat(target.resolve("pytorch_model.bin")).doesNotExist();
        assertThat(target.resolve("onnx")).doesNotExist();
        try (Tensors raw = Safetensors.open(target)) {
            assertThat(raw.names()).contains("distilbert." + name);
        }
    }

    /** One shard holds a changed tensor, the others none: all are stored as the other type, and the index tells their bytes. */
    @ParameterizedTest
    @ValueSource(strings = {"F16", "BF16", "F64"})
    void aCopyMayBeStoredInOtherNumbers(String name) throws IOException {
        Tensors.Type type = Tensors.Type.valueOf(name);
        Path parent = Fixtures.copy("bert-mean", temporary.resolve("parent"));
        Path target = temporary.resolve("child");
        try (ModelFolder whole = ModelFolder.open(Fixtures.folder("bert-mean"))) {
            Files.delete(parent.resolve(Safetensors.SINGLE));
            SafetensorsWriter.write(whole.tensors().names().stream().map(whole.tensors()::tensor).toList(), parent, 100_000);
        }
        String changed = "encoder.layer.0.attention.self.query.bias";
        try (ModelFolder model = ModelFolder.open(parent);
                Tensors other = Tensors.of(List.of(Tensors.Tensor.of(changed, new long[] {32}, new float[32])))) {
            ModelFolderWriter.copyWith(model, other, target, Map.of(), type);
            try (ModelFolder child = ModelFolder.open(target); Tensors stored = Safetensors.open(target)) {
                long bytes = 0;
                for (String each : stored.names()) {
                    assertThat(stored.tensor(each).type()).as(each).isEqualTo(type);
                    bytes += stored.tensor(each).elements() * type.bytes();
                }
                assertThat(JsonObjects.read(target.resolve(Safetensors.INDEX)).at("/metadata/total_size").asLong()).isEqualTo(bytes).isPositive();
                assertThat(child.tensors().floats(changed)).containsOnly(0);
                float[] before = model.tensors().floats("embeddings.word_embeddings.weight");
                float[] after = child.tensors().floats("embeddings.word_embeddings.weight");
                for (int i = 0; i < before.length; i++) {
                    assertThat(after[i]).isCloseTo(before[i], within(0x1p-8f * Math.abs(before[i]) + 0x1p-24f));
                }
                assertThat(child.description()).isEqualTo(model.description());
            }
        }
        try (Stream<Path> shards = Files.list(target)) {
            assertThat(shards.filter(file -> file.toString().endsWith(".safetensors"))).hasSizeGreaterThan(1);
        }
        assertThat(JsonObjects.read(target.resolve("config.json")).path("dtype").asText())
                .isEqualTo(Map.of("F16", "float16", "BF16", "bfloat16", "F64", "float64").get(name));
    }
}
