package io.github.embeddinglab.core.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.core.model.EncoderConfig.Activation;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.ModelModule.PoolingMode;
import io.github.embeddinglab.core.model.Prompts;
import io.github.embeddinglab.core.model.Tensors;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong with a file: one line that says so, and nothing left behind. */
@Tag("unit")
class DamagedOnnxTest {
    private static final EncoderConfig TINY =
            new EncoderConfig(Architecture.BERT, 1, 8, 2, 12, 12, 16, 2, Activation.GELU, 1e-12f, 0, 0, null);
    private static final String TOKENIZER = "{\"added_tokens\":[{\"id\":0,\"content\":\"[PAD]\"}],\"model\":{\"type\":\"WordPiece\","
            + "\"unk_token\":\"[UNK]\",\"vocab\":{\"[PAD]\":0,\"[UNK]\":1,\"[CLS]\":2,\"[SEP]\":3,\"a\":4,\"b\":5}}}";

    @TempDir
    Path folder;

    private ModelProto tiny = ModelProto.getDefaultInstance();

    @BeforeEach
    void makeTheGraph() throws Exception {
        tiny = ExportedGraph.of(TINY, randomTensors(), false);
        Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER);
    }

    @Test
    void theUndamagedGraphIsImported() throws Exception {
        Files.write(folder.resolve("model.onnx"), tiny.toByteArray());
        OnnxImporter.importModel(OnnxSource.folder(folder), ImportSettings.mean(8), folder.resolve("out"));
        try (ModelFolder model = ModelFolder.open(folder.resolve("out"))) {
            assertThat(model.description().encoder()).isEqualTo(TINY);
        }
    }

    @Test
    void cutFilesAndWrongContent() throws Exception {
        byte[] bytes = tiny.toByteArray();
        assertRefused(Arrays.copyOf(bytes, bytes.length / 2), "cut or damaged");
        assertRefused(new byte[0], "no graph");
        assertRefused("<!doctype html><p>404".getBytes(StandardCharsets.UTF_8), "model.onnx");
    }

    @Test
    void graphsThatAreNoEncoder() throws Exception {
        GraphProto add = GraphProto.newBuilder()
                .addInput(ValueInfoProto.newBuilder().setName("input_ids"))
                .addInput(ValueInfoProto.newBuilder().setName("attention_mask"))
                .addOutput(ValueInfoProto.newBuilder().setName("sum"))
                .addNode(NodeProto.newBuilder()
                        .setName("plus").setOpType("Add").addInput("input_ids").addInput("attention_mask").addOutput("sum"))
                .build();
        assertRefused(ModelProto.newBuilder().setGraph(add).build().toByteArray(), "\"plus\" (Add)", "layer normalisation");
        assertRefused(edited(g -> g.clearInput()).toByteArray(), "reads \"input_ids\"");
        assertRefused(edited(g -> g.addInput(ValueInfoProto.newBuilder().setName("pixels"))).toByteArray(), "\"pixels\"");
        assertRefused(edited(g -> g.addNode(NodeProto.newBuilder()
                        .setName("Attention_0").setOpType("Attention").setDomain("com.microsoft").addInput("input_ids").addOutput("q")))
                .toByteArray(), "Attention_0", "com.microsoft");
        assertRefused(node("Softmax", n -> n.setOpType("LogSoftmax")).toByteArray(), "0 softmax nodes");
        assertRefused(node("Erf", n -> n.setOpType("Sin")).toByteArray(), "Sin");
        assertRefused(node("Erf", n -> n.setOpType("Tanh")).toByteArray(), "activation");
        assertRefused(node("Softmax", n -> n.setAttribute(0, n.getAttribute(0).toBuilder().setI(2))).toByteArray(), "softmax over axis 2");
    }

    @Test
    void attentionThatIsNotThePlainOne() throws Exception {
        // a mask that leaves nothing out, and a scale that does not belong to the head size
        int mask = index(n -> n.getOpType().equals("Sub") && producer(n.getInput(1), "Cast"));
        NodeProto masked = tiny.getGraph().getNode(mask);
        assertRefused(edited(g -> g.setNode(mask, masked.toBuilder().setInput(1, masked.getInput(0)))).toByteArray(), "attention");
        int product = index(n -> n.getOpType().equals("Div") && producer(n.getInput(0), "MatMul"));
        NodeProto scaled = tiny.getGraph().getNode(product);
        assertRefused(edited(g -> g.setNode(product, scaled.toBuilder().setOpType("Mul"))).toByteArray(), "attention");
    }

    @Test
    void weightsOfOtherTypesShapesAndValues() throws Exception {
        assertRefused(tensor("embeddings.word_embeddings.weight", t -> t
                .setDataType(TensorProto.DataType.FLOAT16_VALUE)
                .setRawData(t.getRawData().substring(0, t.getRawData().size() / 2))).toByteArray(), "FLOAT16", "fp32");
        assertRefused(tensor("embeddings.LayerNorm.weight", t -> t.setDims(0, 7)).toByteArray(), "embeddings.LayerNorm.weight", "28");
        assertRefused(tensor("embeddings.LayerNorm.bias", t -> t.setRawData(t.getRawData()
                        .substring(0, 28).concat(ByteString.copyFrom(new byte[] {0, 0, (byte) 0xc0, 0x7f}))))
                .toByteArray(), "NaN");
        assertRefused(tensor("embeddings.word_embeddings.weight", t -> t.setDims(0, Long.MAX_VALUE)).toByteArray(), "shape");
    }

    @Test
    void tokenizersThatDoNotBelong() throws Exception {
        byte[] bytes = tiny.toByteArray();
        Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER.replace("\"b\":5", "\"b\":12"));
        assertRefused(bytes, "ids up to 12", "12 rows");
        Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER.replace("[PAD]", "[X]"));
        assertRefused(bytes, "padding");
        Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER.substring(0, 80));
        assertRefused(bytes, "no JSON");
        Files.writeString(folder.resolve("tokenizer.json"), "[]");
        assertRefused(bytes, "model.vocab");
        Files.delete(folder.resolve("tokenizer.json"));
        assertRefused(bytes, "no tokenizer");
    }

    @Test
    void externalDataAreReadAndGuarded() throws Exception {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        ModelProto external = edited(g -> {
            for (int i = 0; i < g.getInitializerCount(); i++) {
                if (g.getInitializer(i).hasRawData()) {
                    byte[] raw = g.getInitializer(i).getRawData().toByteArray();
                    g.setInitializer(i, moved(g.getInitializer(i), "weights/model.data", data.size(), raw.length));
                    data.writeBytes(raw);
                    data.writeBytes(new byte[5]); // odd offsets are allowed
                }
            }
            return g;
        });
        assertRefused(external.toByteArray(), "model.data", "missing");
        Files.createDirectory(folder.resolve("weights"));
        Files.write(folder.resolve("weights/model.data"), Arrays.copyOf(data.toByteArray(), data.size() / 2));
        assertRefused(external.toByteArray(), "external data are cut");
        Files.write(folder.resolve("weights/model.data"), data.toByteArray());
        Files.write(folder.resolve("model.onnx"), external.toByteArray());
        OnnxImporter.importModel(OnnxSource.folder(folder), ImportSettings.mean(8), folder.resolve("out"));
        try (ModelFolder model = ModelFolder.open(folder.resolve("out")); Tensors expected = randomTensors()) {
            for (String name : model.tensors().names()) {
                assertThat(model.tensors().floats(name)).as(name).isEqualTo(expected.floats(name));
            }
        }
        for (String outside : List.of("../secret", "/etc/hostname", "weights/../../secret", "")) {
            assertRefused(tensor("embeddings.LayerNorm.bias", t -> moved(t.build(), outside, 0, 32).toBuilder())
                    .toByteArray(), "outside the model's folder");
        }
        assertRefused(tensor("embeddings.LayerNorm.bias", t -> moved(t.build(), "weights/model.data", -1, 32).toBuilder())
                .toByteArray(), "embeddings.LayerNorm.bias");
    }

    @Test
    void poolingInsideTheGraphHasToAgreeWithTheSettings() throws Exception {
        ModelProto pooled = edited(g -> {
            node(g, "Unsqueeze", "mask3", List.of("attention_mask"), ints("axes", -1));
            node(g, "Cast", "maskF", List.of("mask3"), one("to", 1));
            node(g, "Mul", "kept", List.of("last_hidden_state", "maskF"));
            node(g, "ReduceSum", "sum", List.of("kept"), ints("axes", 1), one("keepdims", 0));
            node(g, "ReduceSum", "count", List.of("maskF"), ints("axes", 1), one("keepdims", 0));
            node(g, "Div", "mean", List.of("sum", "count"));
            node(g, "ReduceL2", "length", List.of("mean"), ints("axes", 1), one("keepdims", 1));
            node(g, "Div", "sentence_embedding", List.of("mean", "length"));
            return g.clearOutput().addOutput(ValueInfoProto.newBuilder().setName("sentence_embedding"));
        });
        Files.write(folder.resolve("model.onnx"), pooled.toByteArray());
        OnnxImporter.importModel(OnnxSource.folder(folder), ImportSettings.mean(8), folder.resolve("out"));
        for (ImportSettings wrong : List.of(
                new ImportSettings(PoolingMode.CLS, true, Prompts.NONE, 8),
                new ImportSettings(PoolingMode.MEAN, false, Prompts.NONE, 8))) {
            assertThatThrownBy(() -> OnnxImporter.importModel(OnnxSource.folder(folder), wrong, folder.resolve("other")))
                    .isInstanceOf(InvalidModelException.class)
                    .hasMessageContaining("sentence_embedding is not " + wrong.pooling());
        }
    }

    /** Flipped, cut, copied and inserted bytes: read as an encoder or refused, never anything else. */
    @Test
    void mutatedBytesAreReadOrRefused() throws Exception {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> graphs = List.of(tiny.toByteArray(), ExportedGraph.of(TINY, randomTensors(), true).toByteArray());
        TokenizerFacts tokenizer = TokenizerFacts.read(TOKENIZER.getBytes(StandardCharsets.UTF_8), "tokenizer");
        Path file = folder.resolve("mutated.onnx");
        int refused = 0;
        for (int round = 0; round < 3000; round++) {
            byte[] bytes = mutated(graphs.get(round % 2), random);
            Files.write(file, bytes);
            try {
                OnnxGraph graph = OnnxGraph.read(file, "mutated.onnx", folder);
                RecoveredEncoder.of(graph, TokenOutput.find(graph).tokens(), tokenizer);
            } catch (InvalidModelException e) {
                refused++;
                assertThat(String.valueOf(e.getMessage()).lines()).as("seed " + seed + " round " + round).hasSize(1);
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                fail("seed " + seed + " round " + round + ": " + e, e);
            }
        }
        assertThat(refused).as("seed " + seed).isGreaterThan(500);
    }

    private static byte[] mutated(byte[] original, SplittableRandom random) {
        byte[] bytes = original.clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes = Arrays.copyOf(bytes, 1 + at);
                case 3 -> {
                    int from = random.nextInt(bytes.length);
                    int n = Math.min(random.nextInt(40), bytes.length - Math.max(at, from));
                    System.arraycopy(bytes, from, bytes, at, n);
                }
                default -> {
                    byte[] longer = new byte[bytes.length + 1];
                    System.arraycopy(bytes, 0, longer, 0, at);
                    longer[at] = (byte) random.nextInt(256);
                    System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
                    bytes = longer;
                }
            }
        }
        return bytes;
    }

    private void assertRefused(byte[] onnx, String... parts) throws Exception {
        Files.write(folder.resolve("model.onnx"), onnx);
        Path target = folder.resolve("refused");
        OnnxSource source = OnnxSource.of(folder.resolve("model.onnx"), folder.resolve("tokenizer.json"));
        assertThatThrownBy(() -> OnnxImporter.importModel(source, ImportSettings.mean(8), target))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContainingAll(parts)
                .satisfies(e -> assertThat(String.valueOf(e.getMessage()).lines()).hasSize(1));
        try (Stream<Path> entries = Files.list(folder)) {
            assertThat(entries.filter(p -> p.getFileName().toString().contains("refused"))).isEmpty();
        }
    }

    private ModelProto edited(UnaryOperator<GraphProto.Builder> edit) {
        return tiny.toBuilder().setGraph(edit.apply(tiny.getGraph().toBuilder())).build();
    }

    private ModelProto node(String type, UnaryOperator<NodeProto.Builder> edit) {
        int at = index(n -> n.getOpType().equals(type));
        return edited(g -> g.setNode(at, edit.apply(g.getNode(at).toBuilder())));
    }

    private ModelProto tensor(String name, UnaryOperator<TensorProto.Builder> edit) {
        List<String> names = tiny.getGraph().getInitializerList().stream().map(TensorProto::getName).toList();
        int at = names.indexOf(name);
        return edited(g -> g.setInitializer(at, edit.apply(g.getInitializer(at).toBuilder())));
    }

    private int index(java.util.function.Predicate<NodeProto> wanted) {
        List<NodeProto> nodes = tiny.getGraph().getNodeList();
        for (int i = 0; i < nodes.size(); i++) {
            if (wanted.test(nodes.get(i))) {
                return i;
            }
        }
        throw new AssertionError("no such node");
    }

    private boolean producer(String value, String type) {
        return tiny.getGraph().getNodeList().stream().anyMatch(n -> n.getOutput(0).equals(value) && n.getOpType().equals(type));
    }

    private static TensorProto moved(TensorProto tensor, String location, long offset, long length) {
        return tensor.toBuilder()
                .clearRawData()
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(StringStringEntryProto.newBuilder().setKey("location").setValue(location))
                .addExternalData(StringStringEntryProto.newBuilder().setKey("offset").setValue(Long.toString(offset)))
                .addExternalData(StringStringEntryProto.newBuilder().setKey("length").setValue(Long.toString(length)))
                .build();
    }

    private static void node(
            GraphProto.Builder graph, String type, String output, List<String> inputs, AttributeProto... attributes) {
        graph.addNode(NodeProto.newBuilder()
                .setOpType(type).addOutput(output).addAllInput(inputs).addAllAttribute(List.of(attributes)));
    }

    private static AttributeProto ints(String name, long value) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS).addInts(value).build();
    }

    private static AttributeProto one(String name, long value) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INT).setI(value).build();
    }

    private static Tensors randomTensors() {
        SplittableRandom random = new SplittableRandom(4);
        List<Tensors.Tensor> out = new ArrayList<>();
        int h = TINY.hidden();
        int wide = TINY.intermediate();
        out.add(random(random, "embeddings.word_embeddings.weight", TINY.vocabulary(), h));
        out.add(random(random, "embeddings.position_embeddings.weight", TINY.positions(), h));
        out.add(random(random, "embeddings.token_type_embeddings.weight", TINY.tokenTypes(), h));
        for (String norm : List.of("embeddings.LayerNorm", "encoder.layer.0.attention.output.LayerNorm", "encoder.layer.0.output.LayerNorm")) {
            out.add(random(random, norm + ".weight", h));
            out.add(random(random, norm + ".bias", h));
        }
        for (String linear : List.of("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense")) {
            out.add(random(random, "encoder.layer.0." + linear + ".weight", h, h));
            out.add(random(random, "encoder.layer.0." + linear + ".bias", h));
        }
        out.add(random(random, "encoder.layer.0.intermediate.dense.weight", wide, h));
        out.add(random(random, "encoder.layer.0.intermediate.dense.bias", wide));
        out.add(random(random, "encoder.layer.0.output.dense.weight", h, wide));
        out.add(random(random, "encoder.layer.0.output.dense.bias", h));
        return Tensors.of(out);
    }

    private static Tensors.Tensor random(SplittableRandom random, String name, long... shape) {
        float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (2 * random.nextDouble() - 1);
        }
        return Tensors.Tensor.of(name, shape, values);
    }
}
