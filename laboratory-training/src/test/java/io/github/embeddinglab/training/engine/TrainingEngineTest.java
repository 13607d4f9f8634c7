package io.github.embeddinglab.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.training.Backends;
import io.github.embeddinglab.training.SharedFixtures;
import io.github.embeddinglab.training.encoder.DropoutKey;
import io.github.embeddinglab.training.encoder.DropoutShares;
import io.github.embeddinglab.training.encoder.LearningRate;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.encoder.Trained;
import io.github.embeddinglab.training.engine.EngineSettings.GradientCheckpointing;
import io.github.embeddinglab.training.engine.EngineSettings.Memory;
import io.github.embeddinglab.training.engine.StepPlan.Way;
import io.github.embeddinglab.training.libtorch.LibtorchBackend;
import io.github.embeddinglab.training.loss.CosineSimilarityLoss;
import io.github.embeddinglab.training.loss.Loss;
import io.github.embeddinglab.training.loss.MultipleNegativesLoss;
import io.github.embeddinglab.training.objective.DenoisingAutoencoder;
import io.github.embeddinglab.training.objective.MaskedLanguage;
import io.github.embeddinglab.training.spi.Precision;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One step is one step, however its batch is cut; what is frozen stays; masks belong to their keys. */
@Tag("quality")
@SuppressWarnings("try") // scopes are closed, not read
class TrainingEngineTest {
    private static final EngineSettings SETTINGS =
            EngineSettings.of(new LearningRate(1e-3, LearningRate.Shape.CONSTANT, 0, 10)).withMaxGradientNorm(Double.POSITIVE_INFINITY);

    private record Outcome(List<StepReport> reports, Tensors weights) {}

    private static Outcome train(Backends which, String fixture, Loss loss, EngineSettings settings, List<TrainingBatch> batches) {
        return train(which.open(), fixture, loss, settings, batches);
    }

    private static Outcome train(TrainingBackend opened, String fixture, Loss loss, EngineSettings settings, List<TrainingBatch> batches) {
        try (TrainingBackend backend = opened; ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/" + fixture))) {
            TrainableModel model = TrainableModel.load(folder, backend);
            TrainingEngine engine = TrainingEngine.open(backend, model, Objective.of(loss), settings);
            List<StepReport> reports = new ArrayList<>();
            batches.forEach(batch -> reports.add(engine.step(batch)));
            return new Outcome(reports, model.tensors());
        }
    }

    private static void same(Outcome found, Outcome expected, double tolerance, String what) {
        for (int i = 0; i < expected.reports.size(); i++) {
            StepReport wanted = expected.reports.get(i);
            assertThat(found.reports.get(i).loss()).as("loss %d, %s", i, what).isCloseTo(wanted.loss(), within(tolerance * Math.abs(wanted.loss())));
            assertThat(found.reports.get(i).gradientNorm())
                    .as("gradient norm %d, %s", i, what)
                    .isCloseTo(wanted.gradientNorm(), within(tolerance * wanted.gradientNorm()));
        }
    }

    @ParameterizedTest
    @EnumSource(Backends.class)
    void cachedGradientsAreThoseOfTheWholeBatchWithDropout(Backends which) {
        long seed = new Random().nextLong();
        SplittableRandom random = new SplittableRandom(seed);
        List<TrainingBatch> batches = List.of(Batches.of(random, 7, 3), Batches.of(random, 7, 3));
        // the learning rate is small, so that rounding which AdamW blows up does not grow from step to step
        EngineSettings settings = EngineSettings.of(new LearningRate(1e-6, LearningRate.Shape.CONSTANT, 0, 10))
                .withMaxGradientNorm(Double.POSITIVE_INFINITY).withSeed(seed);
        Loss loss = new MultipleNegativesLoss(20);
        Outcome whole = train(which, "bert-mean", loss, settings, batches);
        double tolerance = which == Backends.REFERENCE ? 1e-9 : 2e-4;
        for (int texts : new int[] {1, 2, 5}) {
            Outcome cut = train(which, "bert-mean", loss, settings.withMemory(new Memory(0, texts)), batches);
            assertThat(cut.reports.get(0).plan().way()).isEqualTo(Way.CACHED);
            same(cut, whole, tolerance, texts + " texts at once, seed " + seed);
        }
        Outcome dry = train(which, "bert-mean", loss, settings.withDropout(false), batches);
        assertThat(dry.reports.get(0).loss()).isNotCloseTo(whole.reports.get(0).loss(), within(1e-6));
    }

    @ParameterizedTest
    @EnumSource(Backends.class)
    void accumulatedGradientsAreThoseOfTheWholeBatchWithDropout(Backends which) {
        long seed = new Random().nextLong();
        SplittableRandom random = new SplittableRandom(seed);
        TrainingBatch batch = TrainingBatch.of(Batches.of(random, 7, 2).columns(), random.doubles(7).toArray(), 7);
        Loss loss = new CosineSimilarityLoss();
        Outcome whole = train(which, "mpnet-mean", loss, SETTINGS.withSeed(seed), List.of(batch));
        assertThat(whole.reports.get(0).plan().way()).isEqualTo(Way.WHOLE);
        for (int texts : new int[] {1, 4}) {
            Outcome cut = train(which, "mpnet-mean", loss, SETTINGS.withSeed(seed).withMemory(new Memory(0, texts)), List.of(batch));
            assertThat(cut.reports.get(0).plan().way()).isEqualTo(Way.ACCUMULATED);
            same(cut, whole, which == Backends.REFERENCE ? 1e-9 : 1e-4, texts + " texts at once, seed " + seed);
        }
    }

    /** Whether the inside of layers is kept or made again, a step is the same, in each family and whatever is trained. */
    @ParameterizedTest
    @ValueSource(strings = {"bert-mean", "mpnet-mean", "distilbert-dense", "roberta-max", "xlm-roberta-mean", "modernbert-mean"})
    void checkpointedGradientsAreThoseOfLayersThatAreKept(String fixture) {
        long seed = new Random().nextLong();
        SplittableRandom random = new SplittableRandom(seed);
        TrainingBatch batch = Batches.of(random, 5, 2);
        TrainingBatch labelled = TrainingBatch.of(batch.columns(), random.doubles(5).toArray(), 5);
        // a family has its own layers; what is trained of them is a matter of all
        List<Trained> choices = fixture.equals("bert-mean")
                ? List.of(Trained.everything(), Trained.withoutWords(), Trained.last(1), Trained.lora(2))
                : List.of(Trained.everything());
        for (Trained trained : choices) {
            for (boolean means : new boolean[] {false, true}) {
                Loss loss = means ? new CosineSimilarityLoss() : new MultipleNegativesLoss(20);
                List<TrainingBatch> batches = List.of(means ? labelled : batch);
                EngineSettings kept = SETTINGS.withSeed(seed).withTrained(trained);
                for (int texts : trained.equals(Trained.everything()) ? new int[] {0, 4} : new int[] {4}) {
                    EngineSettings again = kept.withMemory(new Memory(0, texts, GradientCheckpointing.ON));
                    String what = fixture + ", " + trained + ", texts " + texts + ", means " + means + ", seed " + seed;
                    Outcome expected = train(Backends.REFERENCE, fixture, loss, kept, batches);
                    Outcome found = train(Backends.REFERENCE, fixture, loss, again, batches);
                    assertThat(found.reports.get(0).plan().checkpointing()).isTrue();
                    assertThat(expected.reports.get(0).plan().checkpointing()).isFalse();
                    same(found, expected, 1e-9, what);
                    same(train(LibtorchBackend.open(2), fixture, loss, again, batches), expected, 2e-4, what);
                    // casts are the same on both ways, and sums are rounded to three digits
                    same(
                            train(LibtorchBackend.open(2), fixture, loss, again.withPrecision(Precision.BFLOAT16), batches),
                            train(LibtorchBackend.open(2), fixture, loss, kept.withPrecision(Precision.BFLOAT16), batches),
                            1e-2,
                            "bfloat16, " + what);
                }
            }
        }
    }

    /** What was planned for the memory holds for all lanes together. */
    @Test
    void lanesTogetherTakeNoMoreTextsThanFit() {
        Backends.LIBTORCH.open().close(); // skips without natives
        for (boolean means : new boolean[] {false, true}) {
            AtomicInteger most = new AtomicInteger();
            try (TrainingBackend backend = LibtorchBackend.open(4);
                    ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/bert-mean"))) {
                TrainingBackend counting = (TrainingBackend) Proxy.newProxyInstance(
                        TrainingBackend.class.getClassLoader(), new Class<?>[] {TrainingBackend.class}, (self, method, given) -> {
                            if (method.getName().equals("together")) {
                                most.accumulateAndGet(((List<?>) given[0]).size(), Math::max);
                            }
                            return method.invoke(backend, given);
                        });
                TrainableModel model = TrainableModel.load(folder, backend);
                Objective objective = Objective.of(means ? new CosineSimilarityLoss() : new MultipleNegativesLoss(20));
                TrainingBatch columns = Batches.of(new SplittableRandom(8), 8, 2);
                TrainingBatch batch = means ? TrainingBatch.of(columns.columns(), new double[8], 8) : columns;
                int texts = means ? 4 : 3;
                TrainingEngine engine = TrainingEngine.open(counting, model, objective, SETTINGS.withMemory(new Memory(0, texts)));
                assertThat(engine.step(batch).plan().microTexts()).isEqualTo(texts);
                assertThat(most).hasValue(means ? 2 : 3); // a row has two texts
            }
        }
    }

    @Test
    void whatAnObjectiveTakesBesideIsPlannedFor() {
        try (TrainingBackend backend = Backends.LIBTORCH.open();
                ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/bert-mean"))) {
            TrainableModel model = TrainableModel.load(folder, backend);
            MaskedLanguage masked =
                    MaskedLanguage.of(model, backend, new MaskedLanguage.Vocabulary(4, Set.of(0, 1, 2, 3, 4), 60), 0.15);
            DenoisingAutoencoder denoising =
                    DenoisingAutoencoder.of(model, backend, Set.of(0, 1, 2, 3, 4), DenoisingAutoencoder.USUAL_SHARE);
            long words = model.words().size(0);
            long whole = 16 * 8 * 9 * words; // four numbers a word
            assertThat(masked.extraBytes(8, 9)).isBetween(whole * 15 / 100, whole / 3);
            assertThat(denoising.extraBytes(8, 9))
                    .isEqualTo(whole + MemoryEstimate.activations(model, Precision.FLOAT32, 8, 9))
                    .isGreaterThan(whole);
            long ceiling = MemoryEstimate.of(model, denoising.parameters(), SETTINGS.precision(), 1).bytes(8, 9);
            EngineSettings limited = SETTINGS.withMemory(new Memory(ceiling + denoising.extraBytes(4, 9), 0));
            assertThat(TrainingEngine.open(backend, model, denoising, limited).plan(8, 1, 9)).satisfies(plan -> {
                assertThat(plan.microTexts()).isEqualTo(4);
                assertThat(plan.way()).isEqualTo(Way.ACCUMULATED);
            });
        }
    }

    /** A text that does not fit with all its layers is trained with one at a time, and refused where that is forbidden. */
    @Test
    void longTextsKeepTheInputsOfLayersAlone() {
        try (TrainingBackend backend = LibtorchBackend.open(1);
                ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/bert-mean"))) {
            TrainableModel model = TrainableModel.load(folder, backend);
            MemoryEstimate estimate = MemoryEstimate.of(model, List.of(), SETTINGS.precision(), 1);
            long ceiling = estimate.bytes(1, 9) - 1;
            assertThat(estimate.checkpointed(1, 9)).isLessThan(ceiling);
            Objective objective = Objective.of(new MultipleNegativesLoss(20));
            TrainingEngine engine =
                    TrainingEngine.open(backend, model, objective, SETTINGS.withMemory(new Memory(ceiling, 0)));
            assertThat(engine.plan(7, 2, 9)).satisfies(plan -> {
                assertThat(plan.checkpointing()).isTrue();
                assertThat(plan.way()).isEqualTo(Way.CACHED);
                assertThat(plan.estimatedBytes()).isEqualTo(estimate.checkpointed(plan.microTexts(), 9)).isLessThanOrEqualTo(ceiling);
            });
            assertThat(engine.plan(7, 2, 3).checkpointing()).isFalse();
            assertThat(engine.step(Batches.of(new SplittableRandom(5), 7, 2)).plan().checkpointing()).isTrue();
            TrainingEngine refusing = TrainingEngine.open(
                    backend,
                    TrainableModel.load(folder, backend),
                    objective,
                    SETTINGS.withMemory(new Memory(ceiling, 0, GradientCheckpointing.OFF)));
            assertThatThrownBy(() -> refusing.plan(7, 2, 9)).isInstanceOf(InvalidInputException.class).hasMessageContaining("ceiling");
        }
    }

    /** A step on several threads is the step on one up to rounding, to the bit the same each time, and no gradient is left behind. */
    @ParameterizedTest
    @EnumSource(Way.class)
    void lanesMakeTheStepOfOneThread(Way way) {
        long seed = new Random().nextLong();
        SplittableRandom random = new SplittableRandom(seed);
        boolean means = way == Way.ACCUMULATED;
        List<TrainingBatch> batches = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            TrainingBatch batch = Batches.of(random, 7, 2);
            batches.add(means ? TrainingBatch.of(batch.columns(), random.doubles(7).toArray(), 7) : batch);
        }
        Loss loss = means ? new CosineSimilarityLoss() : new MultipleNegativesLoss(20);
        for (Trained trained : List.of(Trained.everything(), Trained.withoutWords(), Trained.lora(2))) {
            EngineSettings settings = EngineSettings.of(new LearningRate(1e-6, LearningRate.Shape.CONSTANT, 0, 10))
                    .withMaxGradientNorm(Double.POSITIVE_INFINITY)
                    .withSeed(seed)
                    .withTrained(trained)
                    .withMemory(new Memory(0, way == Way.WHOLE ? 0 : 4));
            Outcome one = train(LibtorchBackend.open(1), "bert-mean", loss, settings, batches);
            Outcome two = train(LibtorchBackend.open(2), "bert-mean", loss, settings, batches);
            Outcome again = train(LibtorchBackend.open(2), "bert-mean", loss, settings, batches);
            assertThat(two.reports.get(0).plan().way()).isEqualTo(way);
            same(two, one, 1e-4, way + ", " + trained + ", seed " + seed);
            for (String name : two.weights.names()) {
                assertThat(again.weights.floats(name)).as("%s, seed %d", name, seed).isEqualTo(two.weights.floats(name));
            }
        }
    }

    /** Gradients of many lanes may not take the place of the batch: a large model on many threads is trained without lanes, not refused. */
    @Test
    void lanesThatDoNotFitAreLeftOut() {
        try (TrainingBackend backend = LibtorchBackend.open(2);
                ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/bert-mean"))) {
            TrainableModel model = TrainableModel.load(folder, backend);
            long alone = MemoryEstimate.of(model, List.of(), SETTINGS.precision(), 1).bytes(14, 9);
            assertThat(MemoryEstimate.of(model, List.of(), SETTINGS.precision(), 2).bytes(14, 9)).isGreaterThan(alone);
            TrainingEngine engine = TrainingEngine.open(
                    backend, model, Objective.of(new MultipleNegativesLoss(20)), SETTINGS.withMemory(new Memory(alone, 0)));
            assertThat(engine.plan(7, 2, 9).estimatedBytes()).isEqualTo(alone);
            assertThat(engine.step(Batches.of(new SplittableRandom(5), 7, 2)).plan().way()).isEqualTo(Way.WHOLE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert-mean", "mpnet-mean", "distilbert-dense", "roberta-max", "xlm-roberta-mean", "modernbert-mean"})
    void masksBelongToTheirKeys(String fixture) {
        try (TrainingBackend backend = Backends.LIBTORCH.open();
                ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/" + fixture));
                TrainingBackend.Scope scope = backend.withoutGradients()) {
            DropoutShares shares = DropoutShares.of(folder);
            boolean none = fixture.equals("modernbert-mean");
            assertThat(shares.embedding()).isEqualTo(none ? 0 : 0.1);
            TrainableModel model = TrainableModel.load(folder, backend, DropoutShares.of(folder.architecture(), 0.2));
            TokenBatch batch = Batches.column(new SplittableRandom(1), 5, 2, 9);
            float[] one = model.embed(batch, new DropoutKey(1, 2, 0, 0)).toFloats();
            assertThat(model.embed(batch, new DropoutKey(1, 2, 0, 0)).toFloats()).isEqualTo(one);
            for (DropoutKey other : List.of(new DropoutKey(2, 2, 0, 0), new DropoutKey(1, 3, 0, 0), new DropoutKey(1, 2, 1, 0), new DropoutKey(1, 2, 0, 1))) {
                assertThat(model.embed(batch, other).toFloats()).as("%s", other).isNotEqualTo(one);
            }
            float[] tail = model.embed(batch.part(3, 2), new DropoutKey(1, 2, 0, 3)).toFloats();
            int d = folder.dimensions();
            for (int i = 0; i < tail.length; i++) {
                assertThat(tail[i]).isCloseTo(one[3 * d + i], within(1e-5f));
            }
        }
    }

    @Test
    void whatIsFrozenStays() {
        TrainingBatch batch = Batches.of(new SplittableRandom(3), 6, 2);
        Loss loss = new MultipleNegativesLoss(20);
        Tensors start = train(Backends.LIBTORCH, "bert-mean", loss, SETTINGS, List.of()).weights;
        for (Trained choice : List.of(Trained.withoutWords(), Trained.last(1), Trained.lora(2))) {
            Tensors after = train(Backends.LIBTORCH, "bert-mean", loss, SETTINGS.withTrained(choice), List.of(batch, batch)).weights;
            int changed = 0;
            for (String name : start.names()) {
                boolean equal = Arrays.equals(start.floats(name), after.floats(name));
                changed += equal ? 0 : 1;
                boolean may = choice.loraRank() > 0
                        ? name.startsWith("encoder.layer") && start.tensor(name).shape().length == 2
                        : choice.lastLayers() == 1 ? name.startsWith("encoder.layer.2.") : !name.contains("word_embeddings");
                assertThat(equal).as("%s unchanged under %s", name, choice).isEqualTo(!may);
            }
            assertThat(changed).isPositive();
        }
    }

    /** The decay takes its share off matrices and tables; biases and normalisations move by their gradients alone. */
    @ParameterizedTest
    @ValueSource(strings = {"bert-mean", "modernbert-mean", "distilbert-dense"})
    void biasesAndNormalisationsDoNotDecay(String fixture) {
        double rate = 1e-3;
        double decay = 0.5;
        TrainingBatch batch = Batches.of(new SplittableRandom(7), 6, 2);
        Loss loss = new MultipleNegativesLoss(20);
        Tensors start = train(Backends.LIBTORCH, fixture, loss, SETTINGS, List.of()).weights;
        Tensors with = train(Backends.LIBTORCH, fixture, loss, SETTINGS.withWeightDecay(decay), List.of(batch)).weights;
        Tensors without = train(Backends.LIBTORCH, fixture, loss, SETTINGS.withWeightDecay(0), List.of(batch)).weights;
        int decayed = 0;
        int kept = 0;
        for (String name : start.names()) {
            boolean stays = name.endsWith("bias") || name.toLowerCase(Locale.ROOT).contains("norm");
            float[] before = start.floats(name);
            float[] more = with.floats(name);
            float[] less = without.floats(name);
            if (stays) {
                assertThat(more).as(name).isEqualTo(less);
                kept++;
                continue;
            }
            decayed++;
            for (int i = 0; i < before.length; i++) {
                assertThat(more[i] - less[i]).as("%s, element %d", name, i).isCloseTo((float) (-rate * decay * before[i]), within(2e-7f + 2e-7f * Math.abs(before[i])));
            }
            assertThat(more).as(name).isNotEqualTo(less);
        }
        assertThat(decayed).isGreaterThan(6);
        assertThat(kept).isGreaterThan(3);
    }

    @Test
    void mergedMapsGiveTheVectorsThatWereTrained() {
        try (TrainingBackend backend = Backends.LIBTORCH.open();
                ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/modernbert-mean"))) {
            TrainableModel model = TrainableModel.load(folder, backend);
            TrainingEngine engine = TrainingEngine.open(
                    backend, model, Objective.of(new MultipleNegativesLoss(20)), SETTINGS.withTrained(Trained.lora(4)));
            TrainingBatch batch = Batches.of(new SplittableRandom(4), 6, 2);
            double first = engine.step(batch).loss();
            for (int i = 0; i < 5; i++) {
                engine.step(batch);
            }
            assertThat(engine.evaluate(batch)).isLessThan(first);
            try (TrainingBackend.Scope scope = backend.withoutGradients()) {
                float[] trained = model.embed(batch.columns().get(0)).toFloats();
                TrainableModel plain = TrainableModel.load(folder, backend);
                float[] parent = plain.embed(batch.columns().get(0)).toFloats();
                Tensors merged = model.tensors();
                plain.parameters().forEach((name, parameter) -> backend.assign(parameter, java.nio.FloatBuffer.wrap(merged.floats(name))));
                float[] found = plain.embed(batch.columns().get(0)).toFloats();
                double moved = 0;
                for (int i = 0; i < found.length; i++) {
                    assertThat(found[i]).isCloseTo(trained[i], within(1e-5f));
                    moved = Math.max(moved, Math.abs(parent[i] - trained[i]));
                }
                assertThat(moved).isGreaterThan(1e-3);
            }
        }
    }

    @Test
    void theMicroBatchIsHalvedUnderTheCeilingAndNeverTheLossBatch() {
        try (TrainingBackend backend = Backends.LIBTORCH.open();
                ModelFolder folder = ModelFolder.open(SharedFixtures.path("models/bert-mean"))) {
            TrainableModel model = TrainableModel.load(folder, backend);
            MemoryEstimate estimate = MemoryEstimate.of(model, List.of(), SETTINGS.precision(), backend.lanes());
            EngineSettings limited = SETTINGS.withMemory(new Memory(estimate.bytes(10, 9), 0));
            TrainingEngine engine = TrainingEngine.open(backend, model, Objective.of(new MultipleNegativesLoss(20)), limited);
            assertThat(engine.plan(5, 2, 9).way()).isEqualTo(Way.WHOLE);
            assertThat(engine.plan(16, 2, 9)).satisfies(plan -> {
                assertThat(plan.way()).isEqualTo(Way.CACHED);
                assertThat(plan.microTexts()).isEqualTo(8);
                assertThat(plan.estimatedBytes()).isLessThanOrEqualTo(estimate.bytes(10, 9));
            });
            // one text that is more than ten of nine tokens, though of each layer its input is kept alone
            assertThat(estimate.checkpointed(1, 9 * 30)).isGreaterThan(estimate.bytes(10, 9));
            assertThatThrownBy(() -> engine.plan(16, 2, 9 * 30))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("270 tokens")
                    .hasMessageContaining("ceiling");
            assertThat(engine.step(Batches.of(new SplittableRandom(5), 16, 2)).plan().way()).isEqualTo(Way.CACHED);
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> TrainingBatch.of(List.of())).isInstanceOf(InvalidInputException.class);
        TokenBatch two = Batches.column(new SplittableRandom(1), 2, 2, 4);
        TokenBatch three = Batches.column(new SplittableRandom(1), 3, 2, 4);
        assertThatThrownBy(() -> TrainingBatch.of(List.of(two, three))).isInstanceOf(InvalidInputException.class).hasMessageContaining("[2, 3]");
        assertThatThrownBy(() -> TrainingBatch.of(List.of(two), new double[3], 3)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> new Memory(-1, 0)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> SETTINGS.withMaxGradientNorm(0)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> new Trained(-1, true, 0, 0)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> train(Backends.LIBTORCH, "static-mean", new MultipleNegativesLoss(20), SETTINGS.withTrained(Trained.last(1)), List.of()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("static");
        TrainingBatch batch = Batches.of(new SplittableRandom(6), 4, 2);
        assertThatThrownBy(() -> train(Backends.LIBTORCH, "bert-mean", new MultipleNegativesLoss(Double.NaN), SETTINGS, List.of(batch)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("the loss is NaN; lower the learning rate");
    }
}
