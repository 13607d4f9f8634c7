package io.github.embeddinglab.training.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.training.Backends;
import io.github.embeddinglab.training.SharedFixtures;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.encoder.DropoutKey;
import io.github.embeddinglab.training.encoder.DropoutShares;
import io.github.embeddinglab.training.encoder.LearningRate;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.engine.EngineSettings;
import io.github.embeddinglab.training.engine.Objective;
import io.github.embeddinglab.training.engine.StepPlan.Way;
import io.github.embeddinglab.training.engine.StepReport;
import io.github.embeddinglab.training.engine.TrainingBatch;
import io.github.embeddinglab.training.engine.TrainingEngine;
import io.github.embeddinglab.training.loss.EmbeddingDistillationLoss;
import io.github.embeddinglab.training.loss.EmbeddingDistillationLoss.Metric;
import io.github.embeddinglab.training.loss.GistLoss;
import io.github.embeddinglab.training.loss.GistLoss.MarginKind;
import io.github.embeddinglab.training.loss.Loss;
import io.github.embeddinglab.training.loss.LossBatch;
import io.github.embeddinglab.training.loss.MultipleNegativesLoss;
import io.github.embeddinglab.training.loss.OrthogonalRegularisation;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses without an entry of the reference: float64 against finite differences, libtorch against float64, cut against whole. */
@Tag("quality")
@SuppressWarnings("try") // scopes are closed, not read
class ObjectivesTest {
    private static final int ROWS = 5;
    private static final int WIDTH = 6;

    record Case(String name, int columns, int labelWidth, Function<TrainingBackend, Loss> loss) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        Loss inBatch = new MultipleNegativesLoss(20);
        return Stream.of(
                new Case("GistLoss", 2, 2 * 4, backend -> new GistLoss(20, MarginKind.ABSOLUTE, 0)),
                new Case("GistLoss, negatives, relative margin", 4, 4 * 4, backend -> new GistLoss(20, MarginKind.RELATIVE, 0.05)),
                new Case("OrthogonalRegularisation", 2, 0, backend -> new OrthogonalRegularisation(inBatch, 1, 1)),
                new Case("EmbeddingDistillationLoss, cosine", 2, 2 * WIDTH, backend -> new EmbeddingDistillationLoss(Metric.COSINE, null, null)),
                new Case("EmbeddingDistillationLoss, Euclidean", 1, WIDTH, backend -> new EmbeddingDistillationLoss(Metric.EUCLIDEAN, null, null)),
                new Case("EmbeddingDistillationLoss, projected", 2, 2 * 3, backend -> new EmbeddingDistillationLoss(
                        Metric.MEAN_SQUARE, backend.parameter(floats(new SplittableRandom(9), 3 * WIDTH), 3, WIDTH), backend.parameter(new float[3], 3))));
    }

    private static float[] floats(SplittableRandom random, int n) {
        float[] out = new float[n];
        for (int i = 0; i < n; i++) {
            out[i] = (float) (2 * random.nextDouble() - 1);
        }
        return out;
    }

    private record Outcome(double value, List<double[]> gradients) {}

    private static Outcome run(TrainingBackend backend, Case it, List<float[]> inputs) {
        try (TrainingBackend.Scope scope = backend.scope()) {
            List<Tensor> columns = new ArrayList<>();
            for (int i = 0; i < it.columns; i++) {
                columns.add(backend.parameter(inputs.get(i), ROWS, WIDTH));
            }
            Tensor labels = it.labelWidth == 0 ? null : backend.constant(inputs.get(it.columns), ROWS, it.labelWidth);
            Tensor value = it.loss.apply(backend).of(new LossBatch(columns, labels));
            assertThat(value.shape()).isEmpty();
            value.backward();
            return new Outcome(value.item(), columns.stream().map(column -> Objects.requireNonNull(column.gradient()).values()).toList());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void lossesHaveTheirDerivatives(Case it) {
        long seed = Long.getLong("laboratory.seed", new Random().nextLong());
        SplittableRandom random = new SplittableRandom(seed);
        List<float[]> inputs = new ArrayList<>();
        for (int i = 0; i < it.columns; i++) {
            inputs.add(floats(random, ROWS * WIDTH));
        }
        inputs.add(floats(random, ROWS * it.labelWidth));
        try (TrainingBackend reference = Backends.REFERENCE.open(); TrainingBackend libtorch = Backends.LIBTORCH.open()) {
            Outcome expected = run(reference, it, inputs);
            Outcome found = run(libtorch, it, inputs);
            assertThat(found.value).as("value, seed %d", seed).isCloseTo(expected.value, within(1e-4 * Math.abs(expected.value) + 1e-6));
            double largest = expected.gradients.stream().flatMapToDouble(java.util.Arrays::stream).map(Math::abs).max().orElse(0);
            float step = 0x1p-12f;
            for (int i = 0; i < it.columns; i++) {
                for (int j = 0; j < ROWS * WIDTH; j++) {
                    double g = expected.gradients.get(i)[j];
                    assertThat(found.gradients.get(i)[j]).as("libtorch, input %d, element %d, seed %d", i, j, seed)
                            .isCloseTo(g, within(1e-3 * Math.abs(g) + 1e-5 * largest));
                    float before = inputs.get(i)[j];
                    inputs.get(i)[j] = before + step;
                    double up = run(reference, it, inputs).value;
                    double span = (double) inputs.get(i)[j];
                    inputs.get(i)[j] = before - step;
                    double down = run(reference, it, inputs).value;
                    span -= inputs.get(i)[j];
                    inputs.get(i)[j] = before;
                    assertThat((up - down) / span).as("finite difference, input %d, element %d, seed %d", i, j, seed)
                            .isCloseTo(g, within(5e-3 * Math.abs(g) + 2e-3 * largest));
                }
            }
        }
    }

    @Test
    void theGuideKeepsItsPositivesOutOfTheNegatives() {
        try (TrainingBackend backend = Backends.REFERENCE.open()) {
            float[] x = floats(new SplittableRandom(3), ROWS * WIDTH);
            float[] y = floats(new SplittableRandom(4), ROWS * WIDTH);
            Tensor a = backend.constant(x, ROWS, WIDTH);
            Tensor p = backend.constant(y, ROWS, WIDTH);
            // a guide that sees no difference between texts lets no negative stand, and the loss is 0
            float[] alike = new float[ROWS * 4];
            java.util.Arrays.fill(alike, 1);
            Loss strict = new GistLoss(20, MarginKind.ABSOLUTE, 0.1);
            assertThat(strict.of(new LossBatch(List.of(a, p), backend.constant(alike, ROWS, 4))).item()).isCloseTo(0, within(1e-9));
            // a guide for which only the pair is alike lets all others stand
            float[] apart = new float[ROWS * 2 * ROWS];
            for (int i = 0; i < ROWS; i++) {
                apart[i * 2 * ROWS + i] = 1;
                apart[i * 2 * ROWS + ROWS + i] = 1;
            }
            double guided = strict.of(new LossBatch(List.of(a, p), backend.constant(apart, ROWS, 2 * ROWS))).item();
            assertThat(guided).isGreaterThan(new MultipleNegativesLoss(20).of(new LossBatch(List.of(a, p), null)).item());
        }
    }

    private static TokenBatch texts(long seed, int rows) {
        SplittableRandom random = new SplittableRandom(seed);
        List<int[]> out = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            int[] ids = random.ints(random.nextInt(4, 10), 5, 60).toArray();
            ids[0] = 2;
            ids[ids.length - 1] = 3;
            out.add(ids);
        }
        return TokenBatch.of(out, 0);
    }

    private static StepReport step(Backends which, BiFunction<TrainableModel, TrainingBackend, Objective> made, TrainingBatch batch, int microTexts) {
        try (TrainingBackend backend = which.open(); ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/bert-mean"))) {
            TrainableModel model = TrainableModel.load(folder, backend);
            EngineSettings settings = EngineSettings.of(new LearningRate(1e-3, LearningRate.Shape.CONSTANT, 0, 10))
                    .withMemory(new EngineSettings.Memory(0, microTexts));
            return TrainingEngine.open(backend, model, made.apply(model, backend), settings).step(batch);
        }
    }

    private static Objective masked(TrainableModel model, TrainingBackend backend) {
        return MaskedLanguage.of(model, backend, new MaskedLanguage.Vocabulary(4, Set.of(0, 1, 2, 3, 4), 60), 0.3);
    }

    private static Objective denoising(TrainableModel model, TrainingBackend backend) {
        return DenoisingAutoencoder.of(model, backend, Set.of(0, 1, 2, 3, 4), DenoisingAutoencoder.USUAL_SHARE);
    }

    @ParameterizedTest
    @EnumSource(Backends.class)
    void cutAndWholeAgreeWithDropout(Backends which) {
        double tolerance = which == Backends.REFERENCE ? 1e-9 : 1e-4;
        TrainingBatch one = TrainingBatch.of(List.of(texts(1, 6)));
        TrainingBatch two = TrainingBatch.of(List.of(texts(1, 6), texts(2, 6)));
        BiFunction<TrainableModel, TrainingBackend, Objective> adaptive = (model, backend) -> new AdaptiveLayers(new MultipleNegativesLoss(20), 1, 1, 0.3);
        BiFunction<TrainableModel, TrainingBackend, Objective> simCse = (model, backend) -> new SimCse(20);
        agree(step(which, ObjectivesTest::masked, one, 0), step(which, ObjectivesTest::masked, one, 2), Way.ACCUMULATED, tolerance);
        agree(step(which, ObjectivesTest::denoising, one, 0), step(which, ObjectivesTest::denoising, one, 2), Way.ACCUMULATED, tolerance);
        agree(step(which, adaptive, two, 0), step(which, adaptive, two, 4), Way.CACHED, tolerance);
        agree(step(which, simCse, one, 0), step(which, simCse, one, 4), Way.CACHED, tolerance);
        // what another model says of the rows goes with them
        SplittableRandom random = new SplittableRandom(3);
        TrainingBatch guided = TrainingBatch.of(two.columns(), random.doubles(6 * 8, -1, 1).toArray(), 6, 8);
        TrainingBatch taught = TrainingBatch.of(two.columns(), random.doubles(6 * 64, -1, 1).toArray(), 6, 64);
        BiFunction<TrainableModel, TrainingBackend, Objective> gist = (model, backend) -> Objective.of(new GistLoss(20, MarginKind.ABSOLUTE, 0.05));
        BiFunction<TrainableModel, TrainingBackend, Objective> orthogonal =
                (model, backend) -> Objective.of(new OrthogonalRegularisation(new MultipleNegativesLoss(20), 1, 1));
        BiFunction<TrainableModel, TrainingBackend, Objective> distilled =
                (model, backend) -> Objective.of(new EmbeddingDistillationLoss(Metric.COSINE, null, null));
        agree(step(which, gist, guided, 0), step(which, gist, guided, 4), Way.CACHED, tolerance);
        agree(step(which, orthogonal, two, 0), step(which, orthogonal, two, 4), Way.CACHED, tolerance);
        agree(step(which, distilled, taught, 0), step(which, distilled, taught, 4), Way.ACCUMULATED, tolerance);
    }

    private static void agree(StepReport whole, StepReport cut, Way way, double tolerance) {
        assertThat(whole.plan().way()).isEqualTo(Way.WHOLE);
        assertThat(cut.plan().way()).isEqualTo(way);
        assertThat(cut.loss()).isCloseTo(whole.loss(), within(tolerance * whole.loss()));
        assertThat(cut.gradientNorm()).isPositive().isCloseTo(whole.gradientNorm(), within(tolerance * whole.gradientNorm()));
    }

    @Test
    void bothBackendsGiveTheSameObjectives() {
        TrainingBatch one = TrainingBatch.of(List.of(texts(5, 6)));
        BiFunction<TrainableModel, TrainingBackend, Objective> adaptive = (model, backend) -> new AdaptiveLayers(new MultipleNegativesLoss(20), 1, 1, 0.3);
        BiFunction<TrainableModel, TrainingBackend, Objective> simCse = (model, backend) -> new SimCse(20);
        TrainingBatch two = TrainingBatch.of(List.of(texts(5, 6), texts(6, 6)));
        agree(step(Backends.REFERENCE, ObjectivesTest::masked, one, 0), step(Backends.LIBTORCH, ObjectivesTest::masked, one, 0), Way.WHOLE, 2e-4);
        agree(step(Backends.REFERENCE, ObjectivesTest::denoising, one, 0), step(Backends.LIBTORCH, ObjectivesTest::denoising, one, 0), Way.WHOLE, 2e-4);
        agree(step(Backends.REFERENCE, adaptive, two, 0), step(Backends.LIBTORCH, adaptive, two, 0), Way.WHOLE, 2e-4);
        agree(step(Backends.REFERENCE, simCse, one, 0), step(Backends.LIBTORCH, simCse, one, 0), Way.WHOLE, 2e-4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert-mean", "mpnet-mean", "modernbert-mean", "distilbert-dense", "roberta-max"})
    void denoisingHasItsDerivatives(String name) {
        long seed = Long.getLong("laboratory.seed", new Random().nextLong());
        try (TrainingBackend backend = Backends.REFERENCE.open(); ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/" + name))) {
            TrainableModel model = TrainableModel.load(folder, backend, DropoutShares.NONE);
            Objective objective = denoising(model, backend);
            TrainingBatch batch = objective.prepare(TrainingBatch.of(List.of(texts(seed, 3))), seed);
            derivatives(objective, model, batch, backend, seed, name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert-mean", "modernbert-mean"})
    void objectivesOnTheEncoderHaveTheirDerivatives(String name) {
        long seed = Long.getLong("laboratory.seed", new Random().nextLong());
        Loss inner = new MultipleNegativesLoss(5); // smooth enough for a finite step
        TrainingBatch one = TrainingBatch.of(List.of(texts(seed, 3)));
        TrainingBatch two = TrainingBatch.of(List.of(texts(seed, 3), texts(seed + 1, 3)));
        try (TrainingBackend backend = Backends.REFERENCE.open(); ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/" + name))) {
            DropoutShares shares = DropoutShares.of(folder.architecture(), 0.1);
            SimCse simCse = new SimCse(5);
            TrainableModel twice = TrainableModel.load(folder, backend, shares);
            derivatives(simCse, twice, simCse.prepare(one, seed), backend, seed, name + ", SimCSE");
            TrainableModel layered = TrainableModel.load(folder, backend, shares);
            derivatives(new AdaptiveLayers(inner, 1, 0, 0.3), layered, two, backend, seed, name + ", layers");
            // the divergence has no derivative by the last layer, so the last layer must stand still while it is measured
            TrainableModel diverging = TrainableModel.load(folder, backend, shares);
            derivatives(Standing.of(new AdaptiveLayers(inner, 1, 1, 1), diverging, two, seed), diverging, two, backend, seed, name + ", divergence");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert-mean", "mpnet-mean", "modernbert-mean"})
    void hiddenWordsHaveTheirDerivatives(String name) {
        long seed = Long.getLong("laboratory.seed", new Random().nextLong());
        try (TrainingBackend backend = Backends.REFERENCE.open(); ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/" + name))) {
            TrainableModel model = TrainableModel.load(folder, backend, DropoutShares.of(folder.architecture(), 0.1));
            Objective objective = masked(model, backend);
            TrainingBatch batch = objective.prepare(TrainingBatch.of(List.of(texts(seed, 4))), seed);
            derivatives(objective, model, batch, backend, seed, name + ", masked");
        }
    }

    /** Layers whose last one stays what it was, and has no derivative. */
    private record Standing(AdaptiveLayers layers, List<Tensor> last) implements Objective {
        static Standing of(AdaptiveLayers layers, TrainableModel model, TrainingBatch batch, long seed) {
            List<Tensor> last = new ArrayList<>();
            for (List<Tensor> column : encoded(layers, model, batch, seed)) {
                Tensor end = column.get(column.size() - 1);
                last.add(end.constant(end.values(), end.shape()));
            }
            return new Standing(layers, last);
        }

        @Override
        public boolean meanOfRows() {
            return layers.meanOfRows();
        }

        @Override
        public List<Tensor> encode(TrainableModel model, TokenBatch column, int index, @Nullable DropoutKey masks) {
            List<Tensor> all = new ArrayList<>(layers.encode(model, column, index, masks));
            all.set(all.size() - 1, last.get(index));
            return all;
        }

        @Override
        public Tensor loss(List<List<Tensor>> encoded, TrainingBatch batch) {
            return layers.loss(encoded, batch);
        }

        @Override
        public List<Tensor> parameters() {
            return layers.parameters();
        }
    }

    private static List<List<Tensor>> encoded(Objective objective, TrainableModel model, TrainingBatch batch, long seed) {
        List<List<Tensor>> out = new ArrayList<>();
        for (int column = 0; column < batch.columns().size(); column++) {
            out.add(objective.encode(model, batch.columns().get(column), column, new DropoutKey(seed, 0, column, 0)));
        }
        return out;
    }

    /** All parameters that the objective depends on, by finite differences under the same dropout. */
    private static void derivatives(
            Objective objective, TrainableModel model, TrainingBatch batch, TrainingBackend backend, long seed, String what) {
        List<Tensor> all = new ArrayList<>(model.parameters().values());
        all.addAll(objective.parameters());
        objective.loss(encoded(objective, model, batch, seed), batch).backward();
        boolean standing = objective instanceof Standing;
        SplittableRandom random = new SplittableRandom(seed);
        float step = 0x1p-19f; // a longer one can cross the kink where another token becomes the largest
        int derived = 0;
        for (Tensor parameter : all) {
            Tensor found = parameter.gradient();
            assertThat(found != null || standing).as("%s: a parameter of shape %s has no gradient", what, Arrays.toString(parameter.shape())).isTrue();
            derived += found == null ? 0 : 1;
            double[] gradient = found == null ? new double[parameter.toFloats().length] : found.values();
            float[] values = parameter.toFloats();
            // along a random direction, so that each parameter needs two passes only
            double[] direction = random.doubles(values.length, -1, 1).toArray();
            float[] above = moved(values, direction, step);
            float[] below = moved(values, direction, -step);
            double expected = 0;
            for (int i = 0; i < values.length; i++) {
                expected += gradient[i] * ((double) above[i] - below[i]); // what single precision left of the move
            }
            expected /= 2 * step;
            double up = loss(objective, model, batch, backend, parameter, above, seed);
            double down = loss(objective, model, batch, backend, parameter, below, seed);
            backend.assign(parameter, FloatBuffer.wrap(values));
            double size = Math.sqrt(Arrays.stream(gradient).map(g -> g * g).sum());
            assertThat((up - down) / (2 * step)).as("%s, shape %s, seed %d", what, Arrays.toString(parameter.shape()), seed)
                    .isCloseTo(expected, within(1e-3 * Math.abs(expected) + 1e-3 * size + 1e-6));
        }
        assertThat(derived).as(what).isGreaterThan(all.size() / 3);
    }

    private static float[] moved(float[] values, double[] direction, float step) {
        float[] out = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            out[i] = (float) (values[i] + step * direction[i]);
        }
        return out;
    }

    private static double loss(
            Objective objective, TrainableModel model, TrainingBatch batch, TrainingBackend backend, Tensor parameter, float[] changed, long seed) {
        backend.assign(parameter, FloatBuffer.wrap(changed));
        try (TrainingBackend.Scope scope = backend.withoutGradients()) {
            return objective.loss(encoded(objective, model, batch, seed), batch).item();
        }
    }

    @Test
    void denoisingDeletesMostTokensAndLearnsTheText() {
        try (TrainingBackend backend = Backends.LIBTORCH.open(); ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/bert-mean"))) {
            TrainableModel model = TrainableModel.load(folder, backend);
            Objective objective = denoising(model, backend);
            TrainingBatch batch = TrainingBatch.of(List.of(texts(11, 40)));
            TokenBatch whole = batch.columns().get(0);
            TokenBatch left = objective.prepare(batch, 5).columns().get(0);
            assertThat(objective.prepare(batch, 5).columns().get(0).ids()).isEqualTo(left.ids());
            int before = 0;
            int after = 0;
            for (int row = 0; row < whole.rows(); row++) {
                int[] text = java.util.Arrays.copyOfRange(left.ids(), row * left.length(), row * left.length() + left.tokens(row));
                assertThat(text).startsWith(2).endsWith(3).hasSizeGreaterThanOrEqualTo(3);
                before += whole.tokens(row) - 2;
                after += left.tokens(row) - 2;
            }
            assertThat((double) after / before).isBetween(0.3, 0.6); // 0.4, and one token a text at least
            EngineSettings settings = EngineSettings.of(new LearningRate(5e-3, LearningRate.Shape.CONSTANT, 0, 60)).withDropout(false);
            TrainingBatch few = TrainingBatch.of(List.of(texts(12, 8)));
            TrainingEngine engine = TrainingEngine.open(backend, model, objective, settings);
            double first = engine.step(few).loss();
            double last = first;
            for (int i = 0; i < 40; i++) {
                last = engine.step(few).loss();
            }
            assertThat(last).isLessThan(0.6 * first);
        }
    }

    @Test
    void hiddenWordsAreLearnedAndSpecialTokensStay() {
        try (TrainingBackend backend = Backends.LIBTORCH.open(); ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/bert-mean"))) {
            TrainableModel model = TrainableModel.load(folder, backend);
            Objective objective = masked(model, backend);
            TrainingBatch batch = TrainingBatch.of(List.of(texts(7, 8)));
            TrainingBatch corrupted = objective.prepare(batch, 3);
            assertThat(objective.prepare(batch, 3).labels()).isEqualTo(corrupted.labels());
            int[] before = batch.columns().get(0).ids();
            int[] after = corrupted.columns().get(0).ids();
            double[] targets = corrupted.labels();
            int hidden = 0;
            for (int i = 0; i < before.length; i++) {
                if (targets[i] < 0) {
                    assertThat(after[i]).isEqualTo(before[i]);
                } else {
                    assertThat(targets[i]).isEqualTo(before[i]).isGreaterThan(4);
                    hidden++;
                }
            }
            assertThat(hidden).isGreaterThanOrEqualTo(8);
            EngineSettings settings = EngineSettings.of(new LearningRate(5e-3, LearningRate.Shape.CONSTANT, 0, 60)).withDropout(false);
            TrainingEngine engine = TrainingEngine.open(backend, model, objective, settings);
            double first = engine.step(batch).loss();
            double last = first;
            for (int i = 0; i < 40; i++) {
                last = engine.step(batch).loss();
            }
            assertThat(last).isLessThan(0.6 * first);
        }
    }

    @Test
    void whatCannotBeTrainedIsRefused() {
        try (TrainingBackend backend = Backends.REFERENCE.open(); ModelFolder table = ModelFolder.open(SharedFixtures.path("models/static-mean"));
                ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/bert-mean"))) {
            TrainableModel fixed = TrainableModel.load(table, backend);
            assertThatThrownBy(() -> denoising(fixed, backend)).isInstanceOf(InvalidInputException.class).hasMessageContaining("static");
            assertThatThrownBy(() -> masked(fixed, backend)).isInstanceOf(InvalidInputException.class).hasMessageContaining("static");
            assertThatThrownBy(() -> new AdaptiveLayers(new MultipleNegativesLoss(20), 1, 1, 0.3).check(fixed)).isInstanceOf(InvalidInputException.class);
            TrainableModel dry = TrainableModel.load(folder, backend, DropoutShares.NONE);
            assertThatThrownBy(() -> new SimCse(20).check(dry)).isInstanceOf(InvalidInputException.class).hasMessageContaining("dropout");
            assertThatThrownBy(() -> new OrthogonalRegularisation(new MultipleNegativesLoss(20), 0, 0)).isInstanceOf(InvalidInputException.class);
            Tensor x = backend.constant(new float[6], 2, 3);
            assertThatThrownBy(() -> new GistLoss(20, MarginKind.ABSOLUTE, 0).of(new LossBatch(List.of(x, x), x)))
                    .isInstanceOf(InvalidInputException.class).hasMessageContaining("guide");
        }
    }
}
