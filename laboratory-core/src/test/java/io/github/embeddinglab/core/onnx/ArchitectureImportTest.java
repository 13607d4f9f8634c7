package io.github.embeddinglab.core.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.core.model.EncoderConfig.Activation;
import io.github.embeddinglab.core.model.ErrorFunction;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.Tensors;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reference's tiny models, written as an exporter would, come back bit by bit. */
@Tag("integration")
class ArchitectureImportTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "bert-mean, false", "bert-mean, true",
        "distilbert-dense, false", "distilbert-dense, true",
        "roberta-max, false", "roberta-max, true",
        "xlm-roberta-mean, false", "xlm-roberta-mean, true",
        "mpnet-mean, false", "mpnet-mean, true"
    })
    void comesBackBitByBit(String name, boolean newer) throws Exception {
        Path original = fixture(name);
        try (ModelFolder before = ModelFolder.open(original)) {
            EncoderConfig config = Objects.requireNonNull(before.description().encoder());
            ModelProto graph = ExportedGraph.of(config, before.tensors(), newer);
            Path onnx = folder.resolve("onnx").resolve("model.onnx");
            Files.createDirectories(onnx.getParent());
            Files.write(onnx, graph.toByteArray());
            Files.copy(original.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
            assertSameEncoder(config, before.tensors(), onnx);

            Path target = folder.resolve("imported");
            OnnxImporter.importModel(OnnxSource.folder(folder), ImportSettings.mean(64), target);

            try (ModelFolder after = ModelFolder.open(target)) {
                assertThat(after.description().encoder()).isEqualTo(config);
                for (String tensor : after.tensors().names()) {
                    assertThat(after.tensors().tensor(tensor).shape())
                            .as(tensor).isEqualTo(before.tensors().tensor(tensor).shape());
                    assertThat(after.tensors().tensor(tensor).bytes())
                            .as(tensor).isEqualTo(before.tensors().tensor(tensor).bytes());
                }
                assertThat(before.tensors().names().stream()
                                .filter(n -> !after.tensors().names().contains(n))
                                .filter(n -> !n.startsWith("pooler.") && !n.contains("/") && !n.endsWith("position_ids")))
                        .isEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"GELU_TANH", "RELU"})
    void readsTheActivation(Activation activation) throws Exception {
        try (ModelFolder before = ModelFolder.open(fixture("bert-mean"))) {
            EncoderConfig c = Objects.requireNonNull(before.description().encoder());
            EncoderConfig config = new EncoderConfig(
                    c.architecture(), 2, c.hidden(), 8, c.intermediate(), c.vocabulary(), c.positions(), c.tokenTypes(),
                    activation, 1e-5f, c.padTokenId(), 0, null);
            Path onnx = folder.resolve("model.onnx");
            Files.write(onnx, ExportedGraph.of(config, before.tensors(), false).toByteArray());

            Path target = folder.resolve("imported");
            OnnxImporter.importModel(
                    OnnxSource.of(onnx, fixture("bert-mean").resolve("tokenizer.json")), ImportSettings.mean(64), target);

            try (ModelFolder after = ModelFolder.open(target)) {
                assertThat(after.description().encoder()).isEqualTo(config);
            }
        }
    }

    @Test
    void knowsErf() {
        // values of Abramowitz and Stegun, table 7.1
        assertThat(ErrorFunction.of(0.5)).isCloseTo(0.5204998778, within(1e-10));
        assertThat(ErrorFunction.of(-1)).isCloseTo(-0.8427007929, within(1e-10));
        assertThat(ErrorFunction.of(2)).isCloseTo(0.9953222650, within(1e-10));
        assertThat(ErrorFunction.of(4)).isCloseTo(0.9999999846, within(1e-10));
    }

    /** The written graph is the encoder: another engine computes the formula's token vectors from it, padding or not. */
    private static void assertSameEncoder(EncoderConfig config, Tensors tensors, Path onnx) throws Exception {
        int[] ids = {5, 17, 40, 9, 23, 31};
        double[][] expected = new ReferenceEncoder(config, tensors).encode(ids);
        long[][] padded = new long[2][9];
        long[][] mask = new long[2][9];
        for (int i = 0; i < 9; i++) {
            padded[0][i] = 6L + i;
            mask[0][i] = 1;
            padded[1][i] = i < ids.length ? ids[i] : config.padTokenId();
            mask[1][i] = i < ids.length ? 1 : 0;
        }
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(onnx.toString(), new OrtSession.SessionOptions());
                OnnxTensor idTensor = OnnxTensor.createTensor(environment, padded);
                OnnxTensor maskTensor = OnnxTensor.createTensor(environment, mask);
                OnnxTensor typeTensor = OnnxTensor.createTensor(environment, new long[2][9])) {
            Map<String, OnnxTensor> feed = new HashMap<>(Map.of("input_ids", idTensor, "attention_mask", maskTensor));
            if (config.tokenTypes() > 0) {
                feed.put("token_type_ids", typeTensor);
            }
            try (OrtSession.Result result = session.run(feed)) {
                float[][][] found = (float[][][]) result.get(0).getValue();
                for (int t = 0; t < ids.length; t++) {
                    for (int c = 0; c < config.hidden(); c++) {
                        assertThat((double) found[1][t][c]).isCloseTo(expected[t][c], within(1e-4));
                    }
                }
            }
        }
    }

    static Path fixture(String name) throws Exception {
        URL url = Objects.requireNonNull(ArchitectureImportTest.class.getResource("/fixtures/models/" + name + "/config.json"));
        return Objects.requireNonNull(Path.of(url.toURI()).getParent());
    }
}
