package io.github.embeddinglab.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.ModelFolderWriter;
import io.github.embeddinglab.core.tokenization.Tokenizer;
import io.github.embeddinglab.core.tokenization.Tokenizers;
import io.github.embeddinglab.training.encoder.LearningRate;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.encoder.TrainingSteps;
import io.github.embeddinglab.training.loss.CosineSimilarityLoss;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tuned folder, loaded through the inference path, gives the trained model's vectors. */
@Tag("integration")
@Tag("jdk")
@SuppressWarnings("try") // scopes are closed, not read
class WriteBackTest {
    private static final List<String> TEXTS = List.of(
            "How do I rotate a key?", "the garbage collector frees memory", "", "a",
            "The work must carry prominent notices stating that you modified it, and giving a relevant date.");

    @TempDir
    Path directory = Path.of("");

    @ParameterizedTest
    @ValueSource(strings = {
        "bert-mean", "bert-labse", "mpnet-mean", "roberta-max", "xlm-roberta-mean", "distilbert-dense", "modernbert-mean", "static-mean"
    })
    void theTunedFolderGivesTheTrainedVectors(String name) {
        Path parent = SharedFixtures.path("models/" + name);
        Path target = directory.resolve("tuned");
        double[] trained;
        double[] untrained;
        try (TrainingBackend backend = Backends.LIBTORCH.open();
                ModelFolder folder = ModelFolder.open(parent);
                Tokenizer tokenizer = Tokenizers.open(folder.tokenizer(), directory.resolve("natives"))) {
            TrainableModel model = TrainableModel.load(folder, backend);
            boolean table = folder.description().encoder() == null;
            List<int[]> sequences = TEXTS.stream()
                    .map(tokenizer::encode)
                    .map(ids -> (table ? ids.withoutSpecial() : ids).truncate(folder.maxTokens()).toArray())
                    .toList();
            TokenBatch batch = TokenBatch.of(sequences, table ? 0 : folder.encoder().padTokenId());
            untrained = vectors(model, backend, batch);
            LearningRate rate = new LearningRate(1e-3, LearningRate.Shape.CONSTANT, 0, 8);
            TrainingSteps steps =
                    new TrainingSteps(backend, model, new CosineSimilarityLoss(), new TrainingSteps.Settings(rate, 0.01, 1));
            TokenBatch others = TokenBatch.of(List.of(sequences.get(1), sequences.get(3), sequences.get(0), sequences.get(4), sequences.get(1)),
                    table ? 0 : folder.encoder().padTokenId());
            double first = 0;
            double last = 0;
            for (int i = 0; i < 8; i++) {
                last = steps.step(List.of(batch, others), new double[] {-0.5, 0.9, 0.1, -0.2, 0.4}, 5).loss();
                first = i == 0 ? last : first;
            }
            assertThat(last).isLessThan(first);
            trained = vectors(model, backend, batch);
            ModelFolderWriter.copyWith(folder, model.tensors(), target);
        }
        try (EmbeddingLaboratory laboratory =
                EmbeddingLaboratory.builder().modelDirectory(directory.resolve("models")).build()) {
            compare(laboratory.embed(TEXTS, EmbedOptions.model(target.toString())), trained);
            compare(laboratory.embed(TEXTS, EmbedOptions.model(parent.toString())), untrained);
        }
        double moved = 0;
        for (int i = 0; i < trained.length; i++) {
            moved = Math.max(moved, Math.abs(trained[i] - untrained[i]));
        }
        assertThat(moved).as("how far training moved the vectors").isGreaterThan(5e-3);
    }

    private static double[] vectors(TrainableModel model, TrainingBackend backend, TokenBatch batch) {
        try (TrainingBackend.Scope scope = backend.withoutGradients()) {
            return model.embed(batch).values();
        }
    }

    private static void compare(Embeddings found, double[] expected) {
        int d = found.dimensions();
        assertThat(expected).hasSize(TEXTS.size() * d);
        for (int row = 0; row < TEXTS.size(); row++) {
            float[] vector = found.toArrays()[row];
            for (int i = 0; i < d; i++) {
                assertThat((double) vector[i]).as("text %d, column %d", row, i).isCloseTo(expected[row * d + i], within(2e-5));
            }
        }
    }
}
