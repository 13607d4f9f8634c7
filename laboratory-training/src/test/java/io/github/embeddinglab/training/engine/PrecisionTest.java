package io.github.embeddinglab.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.training.Backends;
import io.github.embeddinglab.training.SharedFixtures;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.encoder.LearningRate;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.engine.EngineSettings.Memory;
import io.github.embeddinglab.training.loss.MultipleNegativesLoss;
import io.github.embeddinglab.training.spi.Precision;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** bfloat16 trains: no weight is a frozen cast, no gradient is missing, nothing becomes NaN. */
@Tag("quality")
@SuppressWarnings("try") // scopes are closed, not read
class PrecisionTest {
    private static EngineSettings settings(Precision precision, int microTexts) {
        return EngineSettings.of(new LearningRate(2e-3, LearningRate.Shape.CONSTANT, 0, 10))
                .withPrecision(precision)
                .withMemory(new Memory(0, microTexts))
                .withDropout(false);
    }

    private static List<Double> losses(String fixture, EngineSettings settings, TrainingBatch batch) {
        try (TrainingBackend backend = Backends.LIBTORCH.open(); ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/" + fixture))) {
            TrainableModel model = TrainableModel.load(folder, backend);
            TrainingEngine engine = TrainingEngine.open(backend, model, Objective.of(new MultipleNegativesLoss(20)), settings);
            List<Double> out = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                out.add(engine.step(batch).loss());
            }
            return out;
        }
    }

    @ParameterizedTest
    @CsvSource({"bert-mean,0", "bert-mean,3", "modernbert-mean,0", "mpnet-mean,3", "distilbert-dense,0"})
    void everyStepFeelsTheOneBefore(String fixture, int microTexts) {
        TrainingBatch batch = Batches.of(new SplittableRandom(11), 8, 2);
        List<Double> wide = losses(fixture, settings(Precision.FLOAT32, 0), batch);
        List<Double> narrow = losses(fixture, settings(Precision.BFLOAT16, microTexts), batch);
        for (int i = 0; i < wide.size(); i++) {
            // the distance that frozen casts would leave is that of whole steps
            assertThat(narrow.get(i)).as("loss %d of %s beside %s", i, narrow, wide).isCloseTo(wide.get(i), within(0.08 * wide.get(0)));
            if (i > 0) {
                assertThat(narrow.get(i)).isLessThan(narrow.get(i - 1));
            }
        }
        assertThat(narrow.get(3)).isLessThan(0.8 * narrow.get(0));
        assertThat(narrow.get(0)).isNotEqualTo(wide.get(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert-mean", "mpnet-mean", "roberta-max", "xlm-roberta-mean", "distilbert-dense", "modernbert-mean", "bert-labse"})
    void lengthsFarApartGiveFiniteGradientsToEveryParameter(String fixture) {
        try (TrainingBackend backend = Backends.LIBTORCH.open();
                ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/" + fixture));
                TrainingBackend.Scope scope = backend.scope();
                TrainingBackend.Scope precise = backend.precision(Precision.BFLOAT16)) {
            TrainableModel model = TrainableModel.load(folder, backend);
            SplittableRandom random = new SplittableRandom(12);
            int longest = Math.min(256, folder.maxTokens());
            TokenBatch batch = TokenBatch.of(
                    List.of(ids(random, 2), ids(random, longest), ids(random, 3), ids(random, longest / 2)), folder.encoder().padTokenId());
            Tensor vectors = model.embed(batch);
            assertThat(Arrays.stream(vectors.values()).allMatch(Double::isFinite)).isTrue();
            double[] weights = random.doubles(vectors.values().length, -1, 1).toArray();
            vectors.multiply(vectors.constant(weights, vectors.shape())).sum().backward();
            model.parameters().forEach((name, parameter) -> {
                Tensor gradient = parameter.gradient();
                assertThat(gradient).as("gradient of %s", name).isNotNull();
                if (gradient != null) {
                    assertThat(Arrays.stream(gradient.values()).allMatch(Double::isFinite)).as("gradient of %s is finite", name).isTrue();
                }
            });
        }
    }

    private static int[] ids(SplittableRandom random, int length) {
        return random.ints(length, 5, 60).toArray();
    }

    @Test
    void aBackendWithoutThePrecisionRefuses() {
        try (TrainingBackend reference = Backends.REFERENCE.open()) {
            assertThat(reference.supports(Precision.FLOAT32)).isTrue();
            assertThat(reference.supports(Precision.BFLOAT16)).isFalse();
            assertThatThrownBy(() -> reference.precision(Precision.BFLOAT16)).isInstanceOf(InvalidInputException.class).hasMessageContaining("BFLOAT16");
        }
    }
}
