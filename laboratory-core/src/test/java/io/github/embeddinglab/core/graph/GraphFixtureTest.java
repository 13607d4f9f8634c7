package io.github.embeddinglab.core.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.embeddinglab.core.model.ModelModule;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reference's vectors from the reference's token ids, for each encoder family and both dialects. */
@Tag("integration")
class GraphFixtureTest {

    @TempDir
    Path folder;

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "bert-mean,FUSED", "bert-mean,STANDARD",
        "bert-cls-prompts,FUSED", "bert-cls-prompts,STANDARD",
        "bert-labse,FUSED", "bert-labse,STANDARD",
        "mpnet-mean,FUSED", "mpnet-mean,STANDARD",
        "xlm-roberta-mean,FUSED", "xlm-roberta-mean,STANDARD",
        "roberta-max,FUSED", "roberta-max,STANDARD",
        "distilbert-dense,FUSED", "distilbert-dense,STANDARD",
        "modernbert-mean,FUSED", "modernbert-mean,STANDARD"
    })
    void givesTheReferencesVectors(String name, Dialect dialect) throws Exception {
        FixtureModel fixture = FixtureModel.read(FixtureModel.folder(name));
        CompiledGraph graph = GraphCompiler.compile(
                fixture.config(),
                fixture.modules(),
                fixture.tensors(),
                new GraphOptions(dialect, GraphOptions.Output.SENTENCE_EMBEDDING));
        graph.writeTo(folder);
        assertThat(folder.resolve(CompiledGraph.WEIGHT_FILE)).hasSize(graph.weightBytes());
        try (GraphRun run = new GraphRun(folder.resolve(CompiledGraph.MODEL_FILE), fixture.config().padTokenId())) {
            float[][] batch = run.embed(fixture.ids());
            assertThat(GraphRun.difference(batch, fixture.vectors())).as("batched").isLessThan(1e-5f);
            float worst = 0;
            for (int i = 0; i < batch.length; i++) {
                float[][] alone = run.embed(fixture.ids()[i]);
                assertThat(GraphRun.difference(alone, new float[][] {fixture.vectors()[i]}))
                        .as("text %d alone", i)
                        .isLessThan(1e-5f);
                float shift = GraphRun.difference(alone, new float[][] {batch[i]});
                worst = Math.max(worst, shift);
            }
            boolean unit = fixture.modules().contains(new ModelModule.Normalize());
            // bare vectors of the random models have entries of about 3
            assertThat(worst).as("batch independence").isLessThanOrEqualTo(unit ? 1e-6f : 5e-6f);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"FUSED", "STANDARD"})
    void oneFileHoldsTheSameModel(Dialect dialect) throws Exception {
        FixtureModel fixture = FixtureModel.read(FixtureModel.folder("distilbert-dense"));
        Path file = folder.resolve("single/model.onnx");
        GraphCompiler.compile(
                        fixture.config(),
                        fixture.modules(),
                        fixture.tensors(),
                        new GraphOptions(dialect, GraphOptions.Output.SENTENCE_EMBEDDING))
                .writeSingleFile(file);
        assertThat(folder.resolve("single").toFile().list()).containsExactly("model.onnx");
        try (GraphRun run = new GraphRun(file, fixture.config().padTokenId())) {
            assertThat(GraphRun.difference(run.embed(fixture.ids()), fixture.vectors())).isLessThan(1e-5f);
        }
    }
}
