package io.github.embeddinglab.core.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.core.model.ModelModule;
import io.github.embeddinglab.core.model.ModelModule.DenseActivation;
import io.github.embeddinglab.core.model.ModelModule.PoolingMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random models: both dialects agree, and no vector depends on what stands beside it. */
@Tag("integration")
class GraphDialectTest {
    /** The law of the library: in fp32 no vector depends by more on what stands beside it. */
    private static final float ROUNDING = 1e-6f;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(value = Architecture.class, mode = EnumSource.Mode.EXCLUDE, names = "STATIC")
    void dialectsAgreeOnRandomModels(Architecture architecture) throws Exception {
        long seed = new Random().nextLong();
        for (int i = 0; i < 12; i++) {
            Random random = new Random(seed + i);
            int heads = 1 + random.nextInt(6);
            var activations = EncoderConfig.Activation.values();
            EncoderConfig config = RandomModel.config(
                    architecture,
                    1 + random.nextInt(4),
                    heads,
                    8 * (1 + random.nextInt(5)),
                    16 * (1 + random.nextInt(9)),
                    activations[i % activations.length],
                    200,
                    120);
            RandomModel model = new RandomModel(random).fill(config);
            List<ModelModule> modules = modules(model, config.hidden(), random, i);
            String what = "seed " + (seed + i) + " " + config + " " + modules;
            long[][] texts = RandomModel.texts(random, 5, 100, config.vocabulary());
            int prompt = includesPrompt(modules) ? 0 : Arrays.stream(texts).mapToInt(x -> x.length).min().orElseThrow() / 2;

            float[][] fused = run(model, config, modules, Dialect.FUSED, prompt, texts, what);
            float[][] standard = run(model, config, modules, Dialect.STANDARD, prompt, texts, what);
            assertThat(GraphRun.difference(fused, standard)).as(what).isLessThan(1e-5f);
        }
    }

    private float[][] run(
            RandomModel model,
            EncoderConfig config,
            List<ModelModule> modules,
            Dialect dialect,
            int prompt,
            long[][] texts,
            String what)
            throws Exception {
        CompiledGraph graph = GraphCompiler.compile(
                config, modules, model.tensors(), new GraphOptions(dialect, GraphOptions.Output.SENTENCE_EMBEDDING));
        graph.writeTo(folder);
        try (GraphRun run = new GraphRun(folder.resolve(CompiledGraph.MODEL_FILE), config.padTokenId())) {
            float[][] batch = run.embedWithPrompt(prompt, texts);
            assertThat(batch[0]).hasSize(graph.dimensions());
            float[][] padded = run.embed(11, texts);
            float[][] plain = prompt == 0 ? batch : run.embed(texts);
            assertThat(GraphRun.difference(padded, plain)).as("%s, more padding", what).isLessThan(ROUNDING);
            float[][] alone = run.embed(texts[2]);
            assertThat(GraphRun.difference(alone, new float[][] {plain[2]})).as("%s, alone", what).isLessThan(ROUNDING);
            return batch;
        }
    }

    private static boolean includesPrompt(List<ModelModule> modules) {
        return ((ModelModule.Pooling) modules.get(0)).includePrompt();
    }

    private static List<ModelModule> modules(RandomModel model, int hidden, Random random, int i) {
        PoolingMode[] modes = PoolingMode.values();
        List<PoolingMode> chosen = new ArrayList<>(List.of(modes[i % modes.length]));
        if (random.nextInt(3) == 0) {
            chosen = Arrays.stream(modes).filter(m -> random.nextBoolean()).toList();
            chosen = chosen.isEmpty() ? List.of(PoolingMode.MEAN, PoolingMode.LAST_TOKEN) : chosen;
        }
        List<ModelModule> modules = new ArrayList<>();
        modules.add(new ModelModule.Pooling(chosen, random.nextInt(3) != 0));
        int width = hidden * chosen.size();
        if (random.nextBoolean()) {
            DenseActivation[] activations = DenseActivation.values();
            int out = 32 + random.nextInt(64); // of few numbers behind ReLU nearly nothing may be left, whose rounding Normalize then enlarges
            modules.add(model.dense("2_Dense/linear", width, out, random.nextBoolean(), activations[i % activations.length]));
            width = out;
        }
        if (random.nextBoolean()) {
            modules.add(model.layerNorm("3_LayerNorm/norm", width));
        }
        modules.add(new ModelModule.Normalize());
        return modules;
    }

    @Test
    void theGraphCarriesNoWeights() {
        EncoderConfig config = RandomModel.config(Architecture.BERT, 12, 12, 32, 384);
        MapTensors tensors = new RandomModel(new Random(1)).fill(config).tensors();
        List<ModelModule> modules =
                List.of(new ModelModule.Pooling(List.of(PoolingMode.MEAN), true), new ModelModule.Normalize());
        for (Dialect dialect : Dialect.values()) {
            CompiledGraph graph = GraphCompiler.compile(
                    config, modules, tensors, new GraphOptions(dialect, GraphOptions.Output.SENTENCE_EMBEDDING));
            assertThat(graph.modelBytes().length).as(dialect.name()).isLessThan(300_000);
            assertThat(graph.weightBytes()).isGreaterThan(40_000_000);
        }
    }
}
