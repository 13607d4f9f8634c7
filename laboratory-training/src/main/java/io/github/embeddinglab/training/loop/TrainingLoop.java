package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.training.FineTuning;
import io.github.embeddinglab.api.training.FineTuningReport.Course;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingListener;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.core.tokenization.Tokenizer;
import io.github.embeddinglab.core.tokenization.Tokenizers;
import io.github.embeddinglab.training.encoder.DropoutShares;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.encoder.Trained;
import io.github.embeddinglab.training.encoder.WeightAverage;
import io.github.embeddinglab.training.engine.EngineSettings;
import io.github.embeddinglab.training.engine.Objective;
import io.github.embeddinglab.training.engine.StepReport;
import io.github.embeddinglab.training.engine.TrainingEngine;
import io.github.embeddinglab.training.libtorch.LibtorchBackend;
import io.github.embeddinglab.training.loss.Loss;
import io.github.embeddinglab.training.spi.Precision;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apiguardian.api.API.Status;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The one loop behind all strategies that train weights: batches as a function of (seed, step), looks at the selection part, early
 * stopping, the best state kept, and weights mixed with the parent's where the selection part says that it helps.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class TrainingLoop {
    private static final double[] SHARES = {0.8, 0.6, 0.4, 0.2};
    private static final double NANOS = 1e9;

    private final TrainingInputs inputs;
    private final FineTuning.Running running;
    private final List<Double> losses = new ArrayList<>();
    private final List<TrainingListener.Look> looks = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final long start = System.nanoTime();
    private PlannedSteps plan;
    private double lookSeconds;

    private TrainingLoop(TrainingInputs inputs, FineTuning.Running running, PlannedSteps plan) {
        this.inputs = inputs;
        this.running = running;
        this.plan = plan;
    }

    /** The state that looks best so far. */
    private record Best(@Nullable Tensors weights, double value, int step) {}

    /** What is open during a training. */
    private record Open(LibtorchBackend backend, ModelFolder folder, TextTokens tokens, RowBatches batches) {}

    /**
     * Trains. Blocks; an interrupt stops it at the next step.
     *
     * @param inputs model, rows, recipe
     * @param running who is told
     * @param natives folder for the tokenizer's native library
     * @return chosen weights and how it went
     * @throws CancelledException when the thread was interrupted
     * @throws LaboratoryException when a loss is not finite, with step and rows
     */
    public static TrainingOutcome run(TrainingInputs inputs, FineTuning.Running running, Path natives) {
        FineTuning.Recipe recipe = inputs.recipe();
        int threads = recipe.whole(TrainingSetting.THREADS).orElse(Runtime.getRuntime().availableProcessors());
        try (LibtorchBackend backend = LibtorchBackend.open(threads);
                ModelFolder folder = ModelFolder.open(inputs.parent());
                Tokenizer tokenizer = Tokenizers.open(folder.tokenizer(), natives, folder.lowerCase())) {
            TextTokens tokens =
                    new TextTokens(folder, tokenizer, recipe.whole(TrainingSetting.MAX_TOKENS).orElse(Integer.MAX_VALUE));
            RowBatches batches = new RowBatches(
                    inputs.rows(), tokens, pairing(inputs), recipe.whole(TrainingSetting.BATCH_SIZE).orElse(32), recipe.seed());
            TrainingLoop loop = new TrainingLoop(inputs, running, PlannedSteps.of(recipe, batches.stepsPerEpoch()));
            return loop.train(new Open(backend, folder, tokens, batches));
        }
    }

    private static RowBatches.Pairing pairing(TrainingInputs inputs) {
        if (inputs.rows().form() != Form.LABELLED) {
            return RowBatches.Pairing.NONE;
        }
        return inputs.loss().name().endsWith("multiple-negatives") ? RowBatches.Pairing.BY_LABEL : RowBatches.Pairing.CLASSES;
    }

    private TrainingOutcome train(Open open) {
        TrainableModel model = load(open);
        Tensors parent = model.tensors();
        Loss loss = LossMaker.make(
                inputs.loss(),
                open.backend(),
                model.description().dimensions(),
                open.batches().classes(),
                inputs.recipe().seed());
        TrainingEngine engine = TrainingEngine.open(open.backend(), model, Objective.of(loss), settings(open.backend()));
        ModelInTraining seen = new ModelInTraining(inputs.parent().toString(), model, open.backend(), open.tokens());
        Best best = new Best(parent, look(seen, 0), 0);
        best = steps(open, engine, seen, best);
        Chosen chosen = choose(open, model, parent, best);
        Course course = new Course(losses.size(), seconds(), losses, looks, notes);
        return new TrainingOutcome(chosen.weights(), chosen.words(), course);
    }

    private EngineSettings settings(TrainingBackend backend) {
        FineTuning.Recipe recipe = inputs.recipe();
        String precision = recipe.word(TrainingSetting.PRECISION);
        boolean narrow = precision.equals("bf16") || precision.equals("auto") && backend.supports(Precision.BFLOAT16);
        notes.add("precision " + (narrow ? "bfloat16" : "float32") + (precision.equals("auto") ? ", as the processor has it" : ""));
        return EngineSettings.of(plan.learningRate())
                .withWeightDecay(recipe.number(TrainingSetting.WEIGHT_DECAY).orElse(0.0))
                .withMaxGradientNorm(recipe.number(TrainingSetting.MAX_GRADIENT_NORM).orElse(1.0))
                .withTrained(trained(recipe))
                .withPrecision(narrow ? Precision.BFLOAT16 : Precision.FLOAT32)
                .withMemory(new EngineSettings.Memory(
                        recipe.whole(TrainingSetting.MEMORY_MIB).orElse(0).longValue() << 20,
                        recipe.whole(TrainingSetting.MICRO_BATCH).orElse(0)))
                .withSeed(recipe.seed())
                .withDropout(recipe.number(TrainingSetting.DROPOUT).orElse(1.0) > 0);
    }

    private static Trained trained(FineTuning.Recipe recipe) {
        int layers = recipe.whole(TrainingSetting.LAST_LAYERS).orElse(Trained.ALL);
        Optional<Integer> rank = recipe.whole(TrainingSetting.LORA_RANK);
        if (rank.isPresent()) {
            return new Trained(layers, false, rank.get(), 2.0 * rank.get());
        }
        boolean words = recipe.word(TrainingSetting.FROZEN).equals("none") && layers == Trained.ALL;
        return new Trained(layers, words, 0, 0);
    }

    private TrainableModel load(Open open) {
        Optional<Double> dropout = inputs.recipe().number(TrainingSetting.DROPOUT);
        return dropout.isEmpty()
                ? TrainableModel.load(open.folder(), open.backend())
                : TrainableModel.load(
                        open.folder(), open.backend(), DropoutShares.of(open.folder().architecture(), dropout.get()));
    }

    private Best steps(Open open, TrainingEngine engine, ModelInTraining seen, Best first) {
        Best best = first;
        int patience = inputs.recipe().whole(TrainingSetting.PATIENCE).orElse(0);
        double[] measured = new double[PlannedSteps.MEASURED];
        int sinceBest = 0;
        try (BatchAhead ahead = new BatchAhead(open.batches())) {
            for (int step = 0; step < plan.steps(); step++) {
                long before = System.nanoTime();
                step(engine, ahead.take(step), step);
                if (step < measured.length) {
                    measured[step] = (System.nanoTime() - before) / NANOS;
                    if (step == measured.length - 1) {
                        replan(engine, measured);
                    }
                }
                if (inputs.look() == null || !plan.looksAfter(step + 1)) {
                    continue;
                }
                double value = look(seen, step + 1);
                if (value > best.value()) {
                    best = new Best(seen.weights(), value, step + 1);
                    sinceBest = 0;
                } else if (++sinceBest >= patience && patience > 0 && step + 1 < plan.steps()) {
                    notes.add("stopped early after step " + (step + 1) + ": no gain on the selection part in " + patience + " looks");
                    break;
                }
            }
        }
        return inputs.look() == null ? new Best(seen.weights(), Double.NaN, losses.size()) : best;
    }

    private void step(TrainingEngine engine, RowBatches.Batch batch, int step) {
        if (Thread.interrupted()) {
            throw new CancelledException("training was cancelled after " + step + " of " + plan.steps() + " steps");
        }
        try {
            StepReport report = engine.step(batch.texts());
            losses.add(report.loss());
            running.listener().stepped(
                    new TrainingListener.Step(step + 1, report.loss(), report.learningRate(), report.gradientNorm()));
            report(step + 1, report.loss());
        } catch (InvalidInputException e) {
            throw new InvalidInputException("training stopped at step " + (step + 1) + ", rows "
                    + batch.rows().stream().map(row -> row + 1).toList() + " of the training part: " + e.getMessage(), e);
        }
    }

    private void report(int done, double loss) {
        double elapsed = seconds();
        double left = elapsed / done * (plan.steps() - done);
        running.progress().report(new Progress(
                String.format(Locale.ROOT, "training, loss %.4f, %.0f s left, steps", loss, left),
                done,
                plan.steps(),
                Duration.ofNanos(System.nanoTime() - start)));
    }

    /** A limit of time becomes a number of steps, once. */
    private void replan(TrainingEngine engine, double... measured) {
        if (!Double.isFinite(plan.seconds())) {
            return;
        }
        PlannedSteps whole = plan;
        plan = plan.within(seconds(), measured, lookSeconds, interpolates() ? SHARES.length : 0);
        engine.replan(plan.learningRate());
        notes.add(String.format(
                Locale.ROOT,
                "%.0f s allow %s (of %,d): a step takes %.2f s, a look %.1f s",
                plan.seconds(),
                plan,
                whole.steps(),
                Arrays.stream(measured).sorted().skip(measured.length / 2).findFirst().orElse(0),
                lookSeconds));
    }

    private boolean interpolates() {
        return inputs.look() != null && inputs.recipe().word(TrainingSetting.INTERPOLATION).equals("on");
    }

    private double look(ModelInTraining seen, int step) {
        SelectionLook look = inputs.look();
        if (look == null) {
            return Double.NaN;
        }
        long before = System.nanoTime();
        double value = look.at(seen);
        lookSeconds = (System.nanoTime() - before) / NANOS;
        TrainingListener.Look found = new TrainingListener.Look(step, look.metric(), value);
        looks.add(found);
        running.listener().looked(found);
        return value;
    }

    private record Chosen(Tensors weights, String words) {}

    /** The best state, or a mixture of it with the parent that is better on the selection part. */
    private Chosen choose(Open open, TrainableModel model, Tensors parent, Best best) {
        Tensors tuned = java.util.Objects.requireNonNull(best.weights());
        SelectionLook look = inputs.look();
        if (look == null || best.step() == 0 || !interpolates()) {
            String words = look == null ? "the last state" : best.step() == 0 ? "the parent: no state was better on the selection part"
                    : "the state after step " + best.step();
            return new Chosen(tuned, words);
        }
        double value = best.value();
        double chosen = 1;
        Tensors weights = tuned;
        for (double share : SHARES) {
            Tensors mixed = WeightAverage.of(parent, tuned, share);
            double found;
            int threads = inputs.recipe().whole(TrainingSetting.THREADS).orElse(Runtime.getRuntime().availableProcessors());
            // a backend of its own, so that the weights of the mixture are freed
            try (TrainingBackend backend = LibtorchBackend.open(threads)) {
                found = look.at(new ModelInTraining(
                        "mixture", TrainableModel.of(model.description(), mixed, backend), backend, open.tokens()));
            }
            notes.add(String.format(Locale.ROOT, "%.0f %% of the change: %s %.4f on the selection part", 100 * share, look.metric(), found));
            if (found > value) {
                value = found;
                chosen = share;
                weights = mixed;
            }
        }
        String words = String.format(Locale.ROOT, "the state after step %d%s, %s %.4f on the selection part", best.step(),
                chosen == 1 ? "" : String.format(Locale.ROOT, ", mixed with the parent (%.0f %% of the change)", 100 * chosen),
                look.metric(), value);
        return new Chosen(weights, words);
    }

    private double seconds() {
        return (System.nanoTime() - start) / NANOS;
    }
}
