package io.github.embeddinglab.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The forward pass of every architecture against the reference's vectors; its gradients against the float64 backend. */
@Tag("quality")
@SuppressWarnings("try") // scopes are closed, not read
class TrainableModelTest {

    @ParameterizedTest
    @ValueSource(strings = {
        "bert-mean", "bert-cls-prompts", "bert-labse", "mpnet-mean", "roberta-max", "xlm-roberta-mean", "distilbert-dense",
        "modernbert-mean", "static-mean"
    })
    void vectorsAreTheReferences(String name) {
        Path path = SharedFixtures.path("models/" + name);
        JsonNode expected = SharedFixtures.json(path.resolve("expected.json"));
        try (TrainingBackend backend = Backends.LIBTORCH.open();
                ModelFolder folder = ModelFolder.open(path);
                TrainingBackend.Scope scope = backend.withoutGradients()) {
            TrainableModel model = TrainableModel.load(folder, backend);
            List<int[]> sequences = sequences(expected, folder);
            float[] together = model.embed(TokenBatch.of(sequences, pad(folder))).toFloats();
            int d = folder.dimensions();
            assertThat(together).hasSize(sequences.size() * d);
            for (int row = 0; row < sequences.size(); row++) {
                JsonNode vector = expected.get("embeddings").get(row);
                float[] alone = model.embed(TokenBatch.of(List.of(sequences.get(row)), pad(folder))).toFloats();
                for (int i = 0; i < d; i++) {
                    assertThat((double) together[row * d + i]).as("text %d, column %d", row, i).isCloseTo(vector.get(i).asDouble(), within(1e-5));
                    assertThat((double) alone[i]).as("text %d alone, column %d", row, i).isCloseTo(vector.get(i).asDouble(), within(1e-5));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "bert-mean", "bert-labse", "mpnet-mean", "roberta-max", "xlm-roberta-mean", "distilbert-dense", "modernbert-mean", "static-mean"
    })
    void gradientsOfAllWeightsAreTheReferences(String name) {
        Path path = SharedFixtures.path("models/" + name);
        long seed = new Random().nextLong();
        try (TrainingBackend libtorch = Backends.LIBTORCH.open();
                TrainingBackend reference = new ReferenceBackend();
                ModelFolder folder = ModelFolder.open(path)) {
            Map<String, double[]> found = gradients(folder, libtorch, path, seed);
            Map<String, double[]> expected = gradients(folder, reference, path, seed);
            assertThat(found.keySet()).isEqualTo(expected.keySet());
            double largest = expected.values().stream().flatMapToDouble(Arrays::stream).map(Math::abs).max().orElse(0);
            expected.forEach((weight, values) -> {
                double[] other = Objects.requireNonNull(found.get(weight));
                assertThat(other).hasSameSizeAs(values);
                for (int i = 0; i < values.length; i++) {
                    assertThat(other[i])
                            .as("gradient of %s, element %d, seed %d", weight, i, seed)
                            .isCloseTo(values[i], within(1e-3 * Math.abs(values[i]) + 1e-5 * largest));
                }
            });
        }
    }

    private static Map<String, double[]> gradients(ModelFolder folder, TrainingBackend backend, Path path, long seed) {
        List<int[]> sequences = sequences(SharedFixtures.json(path.resolve("expected.json")), folder).subList(0, 3);
        try (TrainingBackend.Scope scope = backend.scope()) {
            TrainableModel model = TrainableModel.load(folder, backend);
            Tensor vectors = model.embed(TokenBatch.of(sequences, pad(folder)));
            double[] weights = new Random(seed).doubles(vectors.values().length, -1, 1).toArray();
            vectors.multiply(vectors.constant(weights, vectors.shape())).sum().backward();
            Map<String, double[]> out = new TreeMap<>();
            model.parameters().forEach((name, parameter) -> {
                Tensor gradient = parameter.gradient();
                assertThat(gradient).as("gradient of %s", name).isNotNull();
                out.put(name, Objects.requireNonNull(gradient).values());
            });
            return out;
        }
    }

    @Test
    void whatTheModelCannotTakeIsRefused() {
        Path path = SharedFixtures.path("models/bert-mean");
        try (TrainingBackend backend = Backends.LIBTORCH.open();
                ModelFolder folder = ModelFolder.open(path);
                TrainingBackend.Scope scope = backend.scope()) {
            TrainableModel model = TrainableModel.load(folder, backend);
            TokenBatch tooLong = TokenBatch.of(List.of(new int[folder.maxTokens() + 1]), 0);
            assertThatThrownBy(() -> model.embed(tooLong)).isInstanceOf(InvalidInputException.class).hasMessageContaining("the model takes");
            TokenBatch empty = TokenBatch.of(List.of(new int[] {1}, new int[0]), 0);
            assertThatThrownBy(() -> model.embed(empty)).isInstanceOf(InvalidInputException.class).hasMessageContaining("row 1");
            TokenBatch unknown = TokenBatch.of(List.of(new int[] {folder.encoder().vocabulary()}), 0);
            assertThatThrownBy(() -> model.embed(unknown)).isInstanceOf(InvalidInputException.class);
        }
    }

    private static int pad(ModelFolder folder) {
        return folder.description().encoder() == null ? 0 : folder.encoder().padTokenId();
    }

    private static List<int[]> sequences(JsonNode expected, ModelFolder folder) {
        int special = folder.description().encoder() == null ? 1 : 0; // a table's own encoding leaves special tokens out
        List<int[]> out = new ArrayList<>();
        for (JsonNode ids : expected.get("input_ids")) {
            int[] sequence = new int[ids.size() - 2 * special];
            for (int i = 0; i < sequence.length; i++) {
                sequence[i] = ids.get(i + special).asInt();
            }
            out.add(sequence);
        }
        return out;
    }
}
