package io.github.embeddinglab.core.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.DeviceException;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Resources;
import io.github.embeddinglab.core.device.Device;
import io.github.embeddinglab.core.device.Devices;
import io.github.embeddinglab.core.graph.CompiledGraph;
import io.github.embeddinglab.core.graph.GraphCompiler;
import io.github.embeddinglab.core.graph.GraphOptions;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.tokenization.Tokenizers;
import io.github.embeddinglab.cpu.ReferenceModels;
import io.github.embeddinglab.testkit.Seeds;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The ceiling on activations and the replicas, on real sessions, seen from inside. */
@Tag("integration")
class MemoryCeilingTest {
    private static final long CEILING = 64L << 20;
    private static final String[] WORDS = {"water", "stone", "light", "house", "paper", "green", "river", "night"};

    @TempDir
    Path folder;

    private static String words(int count, Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
        }
        return text.toString();
    }

    /** The tiny model's activations are small, so its ceiling is as tight as 64 MB is for a real one. */
    @Test
    @ExtendWith(Seeds.class)
    void tenThousandTextsStayUnderTheCeiling(Seeds.Seed seed) throws Exception {
        Random random = seed.random();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            texts.add(words(random.nextInt(random.nextInt(10) == 0 ? 600 : 12), random));
        }
        Resources resources =
                Resources.defaults().withMemoryLimit(CEILING).withBatchTokens(1 << 19).withBatchRows(4096).withThreads(4);
        try (Workers workers = new Workers(resources);
                Embedder model = open("bert-mean", workers, List.of("cpu"))) {
            Embeddings embeddings = model.embed(texts);
            assertThat(embeddings.rows()).isEqualTo(10_000);
            assertThat(workers.memory().most()).isLessThanOrEqualTo(CEILING).isGreaterThan(CEILING / 4);
            for (int row = 0; row < 10_000; row += 997) {
                assertThat(ReferenceModels.difference(
                                embeddings.vector(row), model.embed(List.of(texts.get(row))).vector(0)))
                        .isLessThan(1e-5);
            }
        }
    }

    @Test
    void aTextThatAloneExceedsTheCeilingIsRefusedWithNumbers() {
        ActivationMemory large = new ActivationMemory(new io.github.embeddinglab.core.model.EncoderConfig(
                io.github.embeddinglab.core.model.Architecture.BERT, 24, 1024, 16, 4096, 30522, 8192, 2,
                io.github.embeddinglab.core.model.EncoderConfig.Activation.GELU, 1e-12f, 0, 0, null));
        assertThat(large.most(1, 8192)).isGreaterThan(CEILING);
        try (EmbeddingLaboratory laboratory = ReferenceModels.builder()
                        .resources(Resources.defaults().withMemoryLimit(8L << 20))
                        .build();
                Embedder model = laboratory.models().load("e5-small-v2")) {
            assertThatThrownBy(() -> model.embed(List.of("short", words(600, new Random(1)))))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContainingAll("a text of 512 tokens", "8388608", "raise memory_limit");
            assertThat(model.embed(List.of("short")).rows()).isEqualTo(1);
        }
    }

    @Test
    void twoReplicasAgreeWithOne() throws Exception {
        List<String> texts = new ArrayList<>();
        Random random = new Random(3);
        for (int i = 0; i < 400; i++) {
            texts.add(words(1 + random.nextInt(40), random));
        }
        Path yaml = Files.writeString(folder.resolve("two.yaml"), "optimization: { devices: [cpu, cpu], threads: 2 }");
        String model = ReferenceModels.folder("bert-mean").toString();
        try (EmbeddingLaboratory two = ReferenceModels.builder().configuration(yaml).build();
                EmbeddingLaboratory one = ReferenceModels.builder().build()) {
            Embeddings a = two.models().load(model).embed(texts);
            Embeddings b = one.models().load(model).embed(texts);
            for (int row = 0; row < texts.size(); row++) {
                assertThat(ReferenceModels.difference(a.vector(row), b.vector(row))).isLessThanOrEqualTo(1e-6);
            }
        }
    }

    @Test
    void aReplicaThatBreaksInTheMiddleLosesNoText() throws Exception {
        List<String> texts = new ArrayList<>();
        Random random = new Random(5);
        for (int i = 0; i < 500; i++) {
            texts.add(words(1 + random.nextInt(30), random));
        }
        try (Workers workers = new Workers(Resources.defaults().withThreads(2).withBatchTokens(64));
                Embedder whole = open("bert-mean", workers, List.of("cpu"));
                Embedder half = withBrokenReplica(workers, 7, false);
                Embedder none = withBrokenReplica(workers, 7, true)) {
            Embeddings expected = whole.embed(texts);
            Embeddings actual = half.embed(texts);
            for (int row = 0; row < texts.size(); row++) {
                assertThat(ReferenceModels.difference(actual.vector(row), expected.vector(row))).isLessThanOrEqualTo(1e-6);
            }
            assertThatThrownBy(() -> none.embed(texts))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContainingAll("2 replicas", "fell off the bus");
        }
    }

    private Embedder open(String name, Workers workers, List<String> names) throws IOException {
        Devices devices = Devices.choose(MemoryCeilingTest.class.getClassLoader(), names);
        try (ModelFolder model = ModelFolder.open(ReferenceModels.folder(name))) {
            return EmbedderFactory.transformer(
                    profile(model), Tokenizers.open(model.tokenizer(), natives()), graph(model), devices, workers);
        }
    }

    private static Path natives() {
        return ReferenceModels.directory().resolve("natives");
    }

    private static ModelProfile profile(ModelFolder model) {
        return new ModelProfile(
                "tiny", model.fingerprint(), model.dimensions(), model.maxTokens(), model.prompts(), model.modules(),
                model.encoder());
    }

    private Path graph(ModelFolder model) throws IOException {
        Path graph = Files.createTempDirectory(folder, "graph");
        GraphCompiler.compile(model.encoder(), model.modules(), model.tensors(), GraphOptions.fused()).writeTo(graph);
        return graph.resolve(CompiledGraph.MODEL_FILE);
    }

    /** A real session, beside it one that fails after some batches; or both fail then. */
    private Embedder withBrokenReplica(Workers workers, int batches, boolean both) throws IOException {
        Devices devices = Devices.choose(MemoryCeilingTest.class.getClassLoader(), List.of("cpu"));
        Device cpu = devices.chosen().get(0);
        AtomicInteger runs = new AtomicInteger();
        try (ModelFolder model = ModelFolder.open(ReferenceModels.folder("bert-mean"))) {
            Path graph = graph(model);
            int padding = model.encoder().padTokenId();
            var settings = new EncoderSession.Settings(devices.provider(), cpu, true, 1);
            List<Replica> replicas = List.of(
                    new Breaking(new EncoderSession(graph, padding, settings), runs, batches),
                    both
                            ? new Breaking(new EncoderSession(graph, padding, settings), runs, batches)
                            : new EncoderSession(graph, padding, settings));
            return new TransformerEmbedder(
                    profile(model),
                    Tokenizers.open(model.tokenizer(), natives()),
                    new Encoder(new Replicas(replicas), new LoneBatches(null)),
                    workers);
        }
    }

    private record Breaking(Replica replica, AtomicInteger runs, int batches) implements Replica {
        @Override
        public String name() {
            return replica.name();
        }

        @Override
        public void run(TokenBatch batch, FloatBuffer target) {
            replica.run(batch, target);
            if (runs.incrementAndGet() > batches) {
                throw new DeviceException("the device fell off the bus");
            }
        }

        @Override
        public void close() {
            replica.close();
        }
    }
}
