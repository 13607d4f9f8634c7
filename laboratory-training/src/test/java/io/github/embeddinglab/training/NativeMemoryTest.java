package io.github.embeddinglab.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.training.encoder.LearningRate;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.engine.EngineSettings;
import io.github.embeddinglab.training.engine.Objective;
import io.github.embeddinglab.training.engine.TrainingBatch;
import io.github.embeddinglab.training.engine.TrainingEngine;
import io.github.embeddinglab.training.libtorch.LibtorchBackend;
import io.github.embeddinglab.training.loss.MultipleNegativesLoss;
import io.github.embeddinglab.training.spi.Precision;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.global.openblas_full;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nothing native outlives its owner. */
@Tag("unit")
@Tag("jdk")
@SuppressWarnings("try") // scopes are closed, not read
class NativeMemoryTest {

    @Test
    void scopesAndBackendsFreeWhatTheyOwn() {
        work(10); // loads classes that keep pointers of their own
        long before = Pointer.totalCount();
        work(50);
        assertThat(Pointer.totalCount() - before).as("native objects left").isLessThanOrEqualTo(0);
    }

    private static void work(int steps) {
        try (TrainingBackend backend = Backends.LIBTORCH.open()) {
            Tensor weight = backend.parameter(new float[64], 8, 8);
            var optimizer = backend.adamW(
                    java.util.List.of(new io.github.embeddinglab.training.spi.ParameterGroup(java.util.List.of(weight), 0.01)),
                    io.github.embeddinglab.training.spi.AdamWSettings.STANDARD);
            for (int i = 0; i < steps; i++) {
                try (TrainingBackend.Scope scope = backend.scope()) {
                    Tensor x = backend.constant(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 1, 8);
                    x.matmul(weight).add(1).normalise(1).sum().backward();
                    backend.clipGradients(java.util.List.of(weight), 1);
                    optimizer.step(1e-3);
                    backend.clearGradients(java.util.List.of(weight));
                }
            }
        }
    }

    /** A step frees what it made by itself: nothing waits for the collector, however many steps are made. */
    @ParameterizedTest
    @CsvSource({"1, 0, FLOAT32", "1, 4, FLOAT32", "2, 0, FLOAT32", "1, 4, BFLOAT16"})
    void engineStepsLeaveNoNativeObjects(int threads, int microTexts, Precision precision) {
        Backends.LIBTORCH.open().close(); // skips without natives
        try (TrainingBackend backend = LibtorchBackend.open(threads); ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/bert-mean"))) {
            EngineSettings settings = EngineSettings.of(new LearningRate(1e-4, LearningRate.Shape.CONSTANT, 0, 100))
                    .withPrecision(precision)
                    .withMemory(new EngineSettings.Memory(0, microTexts));
            TrainingEngine engine = TrainingEngine.open(
                    backend, TrainableModel.load(folder, backend), Objective.of(new MultipleNegativesLoss(20)), settings);
            SplittableRandom random = new SplittableRandom(1);
            steps(engine, random, 5); // lanes keep a leaf of each parameter
            long before = Pointer.totalCount();
            long bytes = Pointer.totalBytes();
            for (int i = 0; i < 5; i++) {
                steps(engine, random, 10);
                assertThat(Pointer.totalCount() - before).as("native objects left after %d steps", 10 * (i + 1)).isLessThanOrEqualTo(0);
                assertThat(Pointer.totalBytes() - bytes).as("bytes left after %d steps", 10 * (i + 1)).isLessThanOrEqualTo(0);
            }
        }
    }

    private static void steps(TrainingEngine engine, SplittableRandom random, int count) {
        for (int i = 0; i < count; i++) {
            List<TokenBatch> columns = new ArrayList<>();
            for (int column = 0; column < 2; column++) {
                List<int[]> texts = new ArrayList<>();
                for (int row = 0; row < 6; row++) {
                    texts.add(random.ints(random.nextInt(2, 12), 5, 60).toArray());
                }
                columns.add(TokenBatch.of(texts, 0));
            }
            engine.step(TrainingBatch.of(columns));
        }
    }

    /** JavaCPP's own ceiling, four times the heap, would call the collector and then stop a training that fits the machine. */
    @Test
    void javaCppSetsNoCeilingOfItsOwn() {
        Backends.LIBTORCH.open().close();
        assertThat(Pointer.maxPhysicalBytes()).isZero();
        assertThat(Pointer.maxBytes()).isZero();
    }

    @Test
    void threadsAreThoseAskedFor() {
        Backends.LIBTORCH.open().close(); // skips without natives
        LibtorchBackend.open(2).close();
        assertThat(torch.get_num_threads()).isEqualTo(2);
        assertThat(openblas_full.openblas_get_num_threads()).isEqualTo(2);
        LibtorchBackend.open(1).close();
        assertThat(torch.get_num_threads()).isEqualTo(1);
        assertThat(openblas_full.openblas_get_num_threads()).isEqualTo(1);
    }

    @Test
    void computingWithoutAScopeIsRefused() {
        try (TrainingBackend backend = Backends.LIBTORCH.open()) {
            assertThat(PointerScope.getInnerScope()).isNull();
            Tensor weight = backend.parameter(new float[] {1}, 1);
            assertThatThrownBy(weight::exp).isInstanceOf(InvalidInputException.class).hasMessageContaining("outside a scope");
        }
    }

    @Test
    void aClosedBackendMakesNoParameters() {
        TrainingBackend backend = Backends.LIBTORCH.open();
        backend.close();
        assertThatThrownBy(() -> backend.parameter(new float[] {1}, 1)).isInstanceOf(InvalidInputException.class).hasMessageContaining("closed");
        assertThatThrownBy(() -> LibtorchBackend.open(0)).isInstanceOf(InvalidInputException.class).hasMessageContaining("0 threads");
    }
}
