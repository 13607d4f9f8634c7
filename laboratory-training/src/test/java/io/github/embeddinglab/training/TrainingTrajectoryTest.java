package io.github.embeddinglab.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.Safetensors;
import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.core.tokenization.Tokenizer;
import io.github.embeddinglab.core.tokenization.Tokenizers;
import io.github.embeddinglab.training.encoder.LearningRate;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.encoder.TrainingSteps;
import io.github.embeddinglab.training.loss.MultipleNegativesLoss;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** 24 steps of torch's AdamW on the same batches: losses, rates, gradient norms, weights and vectors afterwards. */
@Tag("quality")
@Tag("jdk")
@SuppressWarnings("try") // scopes are closed, not read
class TrainingTrajectoryTest {
    @TempDir
    Path directory = Path.of("");

    @ParameterizedTest
    @EnumSource(Backends.class)
    void reproducesTheReference(Backends which) {
        JsonNode expected = SharedFixtures.json(SharedFixtures.path("training/training.json"));
        try (TrainingBackend backend = which.open();
                ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/bert-mean"));
                Tensors after = Safetensors.open(SharedFixtures.path("training/weights-after.safetensors"));
                Tokenizer tokenizer = Tokenizers.open(folder.tokenizer(), directory)) {
            TrainableModel model = TrainableModel.load(folder, backend);
            LearningRate rate = new LearningRate(1e-3, LearningRate.Shape.LINEAR, 4, 24);
            TrainingSteps steps =
                    new TrainingSteps(backend, model, new MultipleNegativesLoss(20), new TrainingSteps.Settings(rate, 0.01, 1));
            JsonNode pairs = expected.get("pairs");
            for (JsonNode step : expected.get("steps")) {
                int t = step.get("step").asInt();
                List<TokenBatch> columns = new ArrayList<>();
                for (int column = 0; column < 2; column++) {
                    List<String> texts = new ArrayList<>();
                    for (int i = 0; i < 4; i++) {
                        texts.add(pairs.get((4 * t + i) % 12).get(column).asText());
                    }
                    columns.add(tokens(texts, tokenizer));
                }
                TrainingSteps.Report report = steps.step(columns, new double[0]);
                assertThat(report.step()).isEqualTo(t);
                assertThat(report.learningRate()).isCloseTo(step.get("lr").asDouble(), within(1e-12));
                relative(report.loss(), step.get("loss").asDouble(), "loss of step " + t);
                relative(report.gradientNorm(), step.get("gradient_norm_before_clipping").asDouble(), "gradient norm of step " + t);
            }
            Tensors weights = model.tensors();
            int compared = 0;
            for (String name : weights.names()) {
                if (after.names().contains(name)) {
                    float[] found = weights.floats(name);
                    float[] wanted = after.floats(name);
                    assertThat(found).as(name).hasSameSizeAs(wanted);
                    // softmax cancels what is added to all keys: the true gradient of key biases is 0, and AdamW blows up its rounding
                    float tolerance = name.endsWith("key.bias") ? 1e-3f : 1e-4f;
                    for (int i = 0; i < found.length; i++) {
                        assertThat(found[i]).as("%s, element %d", name, i).isCloseTo(wanted[i], within(tolerance));
                    }
                    compared++;
                }
            }
            assertThat(compared).as("weights found in the fixture").isEqualTo(weights.names().size());
            vectors(model, backend, tokenizer, expected);
        }
    }

    private static void vectors(TrainableModel model, TrainingBackend backend, Tokenizer tokenizer, JsonNode expected) {
        try (TrainingBackend.Scope scope = backend.withoutGradients()) {
            List<String> texts = new ArrayList<>();
            expected.get("texts").forEach(text -> texts.add(text.asText()));
            double[] found = model.embed(tokens(texts, tokenizer)).values();
            int at = 0;
            for (JsonNode vector : expected.get("embeddings_after")) {
                for (JsonNode element : vector) {
                    assertThat(found[at]).as("element %d of the vectors", at).isCloseTo(element.asDouble(), within(1e-4));
                    at++;
                }
            }
            assertThat(found).hasSize(at);
        }
    }

    private static void relative(double found, double expected, String what) {
        assertThat(found).as(what).isCloseTo(expected, within(1e-4 * Math.abs(expected) + 1e-6));
    }

    private static TokenBatch tokens(List<String> texts, Tokenizer tokenizer) {
        return TokenBatch.of(texts.stream().map(text -> tokenizer.encode(text).toArray()).toList(), tokenizer.padId());
    }

    @Test
    void aLossThatIsNoNumberStopsBeforeTheWeightsChange() {
        try (TrainingBackend backend = Backends.LIBTORCH.open();
                ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/bert-mean"))) {
            TrainableModel model = TrainableModel.load(folder, backend);
            LearningRate rate = new LearningRate(1e-3, LearningRate.Shape.CONSTANT, 0, 10);
            TrainingSteps steps = new TrainingSteps(
                    backend, model, new MultipleNegativesLoss(Double.NaN), new TrainingSteps.Settings(rate, 0.01, 1));
            float[] before = model.tensors().floats("embeddings.word_embeddings.weight");
            TokenBatch batch = TokenBatch.of(List.of(new int[] {2, 7, 3}, new int[] {2, 9, 11, 3}), 0);
            assertThatThrownBy(() -> steps.step(List.of(batch, batch), new double[0]))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("loss of step 0 is NaN");
            assertThat(model.tensors().floats("embeddings.word_embeddings.weight")).isEqualTo(before);
        }
    }

    @Test
    void ratesFollowTheirShape() {
        LearningRate linear = new LearningRate(2, LearningRate.Shape.LINEAR, 2, 6);
        assertThat(linear.at(0)).isZero();
        assertThat(linear.at(1)).isEqualTo(1);
        assertThat(linear.at(2)).isEqualTo(2);
        assertThat(linear.at(4)).isEqualTo(1);
        assertThat(linear.at(9)).isZero();
        LearningRate cosine = new LearningRate(2, LearningRate.Shape.COSINE, 0, 4);
        assertThat(cosine.at(0)).isEqualTo(2);
        assertThat(cosine.at(2)).isCloseTo(1, within(1e-12));
        assertThat(cosine.at(4)).isCloseTo(0, within(1e-12));
        assertThat(new LearningRate(2, LearningRate.Shape.CONSTANT, 4, 4).at(7)).isEqualTo(2);
        assertThatThrownBy(() -> new LearningRate(0, LearningRate.Shape.LINEAR, 0, 4)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> new LearningRate(1, LearningRate.Shape.LINEAR, 5, 4)).isInstanceOf(InvalidInputException.class);
    }
}
