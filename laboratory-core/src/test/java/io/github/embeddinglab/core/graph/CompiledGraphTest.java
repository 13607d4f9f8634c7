package io.github.embeddinglab.core.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.core.model.ModelModule;
import io.github.embeddinglab.core.model.ModelModule.PoolingMode;
import io.github.embeddinglab.core.model.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is refused, what is written, and what is left behind. */
@Tag("unit")
class CompiledGraphTest {
    private static final EncoderConfig CONFIG = RandomModel.config(Architecture.BERT, 2, 2, 16, 48);
    private static final List<ModelModule> MEAN =
            List.of(new ModelModule.Pooling(List.of(PoolingMode.MEAN), true), new ModelModule.Normalize());

    @TempDir
    Path folder;

    private final RandomModel model = new RandomModel(new Random(5)).fill(CONFIG);

    @Test
    void aTensorOfAnotherShapeIsNamed() {
        String name = "encoder.layer.1.intermediate.dense.weight";
        model.tensors().put(name, new float[48 * 31], 48, 31);
        assertThatThrownBy(() -> GraphCompiler.compile(CONFIG, MEAN, model.tensors(), GraphOptions.fused()))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining(name)
                .hasMessageContaining("[48, 31]")
                .hasMessageContaining("[48, 32]");
    }

    @Test
    void modulesThatDoNotFitAreRefused() {
        List<ModelModule> wide = List.of(
                new ModelModule.Pooling(List.of(PoolingMode.CLS, PoolingMode.MEAN), true),
                model.dense("2_Dense/linear", 32, 8, true, ModelModule.DenseActivation.TANH));
        assertThatThrownBy(() -> GraphCompiler.compile(CONFIG, wide, model.tensors(), GraphOptions.fused()))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("reads 32 columns")
                .hasMessageContaining("writes 64");
        assertThatThrownBy(() -> GraphCompiler.compile(CONFIG, List.of(), model.tensors(), GraphOptions.fused()))
                .isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("pooling");
    }

    @Test
    void onlyTheStandardDialectOfBertReadsTokenTypes() {
        assertThat(GraphCompiler.compile(CONFIG, MEAN, model.tensors(), GraphOptions.fused())
                        .inputs())
                .containsExactly("input_ids", "slots", "places");
        assertThat(GraphCompiler.compile(CONFIG, MEAN, model.tensors(), GraphOptions.standard())
                        .inputs())
                .containsExactly("input_ids", "attention_mask", "token_type_ids");
        List<ModelModule> withoutPrompt = List.of(new ModelModule.Pooling(List.of(PoolingMode.MEAN), false));
        assertThat(GraphCompiler.compile(CONFIG, withoutPrompt, model.tensors(), GraphOptions.fused())
                        .inputs())
                .containsExactly("input_ids", "slots", "places", "pooling_mask");
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void tokenVectorsPoolToTheSentenceVector(Dialect dialect) throws Exception {
        CompiledGraph tokens = GraphCompiler.compile(
                CONFIG, MEAN, model.tensors(), new GraphOptions(dialect, GraphOptions.Output.LAST_HIDDEN_STATE));
        tokens.writeTo(folder.resolve("tokens"));
        List<ModelModule> mean = MEAN.subList(0, 1);
        GraphCompiler.compile(
                        CONFIG,
                        mean,
                        model.tensors(),
                        new GraphOptions(dialect, GraphOptions.Output.SENTENCE_EMBEDDING))
                .writeTo(folder.resolve("sentence"));
        long[] text = {2, 17, 90, 33, 3};
        try (GraphRun all = new GraphRun(folder.resolve("tokens/model.onnx"), 0);
                GraphRun pooled = new GraphRun(folder.resolve("sentence/model.onnx"), 0)) {
            float[] rows = all.embed(text)[0];
            assertThat(rows).hasSize(text.length * tokens.dimensions());
            float[] sum = new float[tokens.dimensions()];
            for (int i = 0; i < rows.length; i++) {
                sum[i % sum.length] += rows[i] / text.length;
            }
            assertThat(GraphRun.difference(pooled.embed(text), new float[][] {sum}))
                    .isLessThan(1e-5f);
        }
    }

    @Test
    void aFailedWriteLeavesTheOldGraph() throws Exception {
        CompiledGraph good = GraphCompiler.compile(CONFIG, MEAN, model.tensors(), GraphOptions.fused());
        good.writeTo(folder);
        Path file = folder.resolve("single.onnx");
        byte[] nodes = Files.readAllBytes(folder.resolve(CompiledGraph.MODEL_FILE));
        byte[] weights = Files.readAllBytes(folder.resolve(CompiledGraph.WEIGHT_FILE));
        CompiledGraph broken = GraphCompiler.compile(
                CONFIG, MEAN, new CutTensors(model.tensors()), GraphOptions.fused());
        assertThatThrownBy(() -> broken.writeTo(folder)).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> broken.writeSingleFile(file)).isInstanceOf(RuntimeException.class);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder(CompiledGraph.MODEL_FILE, CompiledGraph.WEIGHT_FILE);
        }
        assertThat(Files.readAllBytes(folder.resolve(CompiledGraph.MODEL_FILE))).isEqualTo(nodes);
        assertThat(Files.readAllBytes(folder.resolve(CompiledGraph.WEIGHT_FILE))).isEqualTo(weights);
    }

    /** Gives a word table that ends early, as a file does that is cut while it is read. */
    private record CutTensors(Tensors whole) implements Tensors {
        @Override
        public SortedSet<String> names() {
            return whole.names();
        }

        @Override
        public Tensor tensor(String name) {
            Tensor tensor = whole.tensor(name);
            if (!name.equals("embeddings.word_embeddings.weight")) {
                return tensor;
            }
            ByteBuffer half = tensor.data().slice(0, tensor.data().remaining() / 2);
            return new Tensor(name, tensor.type(), tensor.shape(), half);
        }

        @Override
        public float[] floats(String name) {
            return whole.floats(name);
        }

        @Override
        public void close() {
            whole.close();
        }
    }

    @Test
    void writingTwiceGivesTheSameBytes() throws IOException {
        for (String name : List.of("a", "b")) {
            GraphCompiler.compile(CONFIG, MEAN, model.tensors(), GraphOptions.fused())
                    .writeTo(folder.resolve(name));
        }
        for (String file : List.of(CompiledGraph.MODEL_FILE, CompiledGraph.WEIGHT_FILE)) {
            assertThat(folder.resolve("a").resolve(file)).hasSameBinaryContentAs(folder.resolve("b").resolve(file));
        }
    }

    @Test
    void everyHalfWidensToItsValue() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            int exponent = (bits >> 10) & 31;
            int mantissa = bits & 1023;
            double value = exponent == 31
                    ? mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN
                    : exponent == 0 ? mantissa * Math.pow(2, -24) : (1 + mantissa / 1024.0) * Math.pow(2, exponent - 15);
            float expected = (float) (bits >= 1 << 15 ? -value : value);
            assertThat(TensorFloats.halfToFloat((short) bits)).as("half %x", bits).isEqualTo(Float.valueOf(expected));
        }
    }

    @Test
    void distancesFallIntoTheReferencesBuckets() {
        // far distances share buckets whose borders grow by the factor 2^(1/2): 8, 11.3, 16, 22.6, 32, 45.3, 64, 90.5
        int[] first = {8, 12, 16, 23, 32, 46, 64, 91};
        for (int d = 0; d < 600; d++) {
            int expected = d;
            for (int i = 0; i < first.length; i++) {
                expected = d >= first[i] ? 8 + i : expected;
            }
            assertThat(RelativePositions.bucket(-d, 32)).as("key %d before", d).isEqualTo(expected);
            assertThat(RelativePositions.bucket(d, 32)).as("key %d after", d).isEqualTo(d == 0 ? 0 : 16 + expected);
        }
    }
}
