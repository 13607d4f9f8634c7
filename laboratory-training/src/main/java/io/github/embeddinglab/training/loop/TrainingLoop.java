package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.Embedder;
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
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.engine.Objective;
import io.github.embeddinglab.training.engine.StepReport;
import io.github.embeddinglab.training.engine.TrainingEngine;
import io.github.embeddinglab.training.libtorch.LibtorchBackend;
import io.github.embeddinglab.training.loop.RunState.Best;
import io.github.embeddinglab.training.spi.Precision;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apiguardian.api.API.Status;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The one loop behind all strategies that train weights: batches as a function of (seed, step), looks at the selection part, early
 * stopping, the best state kept, and weights mixed with the parent's ({@link StateChoice}).
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class TrainingLoop {
    private static final double NANOS = 1e9;
    private static final double SAVE_EVERY_SECONDS = 60;

    /** Times that saving took lie between two checkpoints at least: a large model is not written all the time. */
    private static final double BETWEEN_SAVES = 20;

    private final TrainingInputs inputs;
    private final FineTuning.Running running;
    private final RunState state;
    private final List<Double> losses = new ArrayList<>();
    private final StatesSeen seen;
    private final List<String> notes = new ArrayList<>();
    private final long start = System.nanoTime();
    private PlannedSteps plan;
    private boolean planned;
    private double secondsBefore;
    /** Seconds of loading and the first look: not of steps, so nothing about those that are left. */
    private double preparation;
    /** Where this process began, after the look at the parent or what a resumed training had done. */
    private double saved;
    private double saving;

    private TrainingLoop(TrainingInputs inputs, FineTuning.Running running, RunState state, PlannedSteps plan) {
        this.inputs = inputs;
        this.running = running;
        this.state = state;
        this.seen = new StatesSeen(inputs.look(), running.listener());
        Optional<PlannedSteps> fixed = state.plan(inputs.recipe(), notes);
        this.plan = fixed.orElse(plan);
        this.planned = fixed.isPresent() || !Double.isFinite(plan.seconds());
    }

    /** What is open during a training. */
    private record Open(LibtorchBackend backend, ModelFolder folder, TextTokens tokens, RowBatches batches, int vocabulary) {}

    /**
     * Trains. Blocks; an interrupt stops it at the next step. Checkpoints stay until {@link TrainingPlaces#forget}, lest a disk that
     * refuses the result takes the training with it.
     *
     * @param inputs model, rows, recipe
     * @param running who is told
     * @param places where files are kept
     * @return chosen weights and how it went
     * @throws CancelledException when the thread was interrupted
     * @throws LaboratoryException when a loss is not finite, with step and rows
     */
    public static TrainingOutcome run(TrainingInputs inputs, FineTuning.Running running, TrainingPlaces places) {
        FineTuning.Recipe recipe = inputs.recipe();
        try (LibtorchBackend backend = RecipeSettings.backend(recipe);
                ModelFolder folder = ModelFolder.open(inputs.from().parent());
                Tokenizer tokenizer = Tokenizers.open(folder.tokenizer(), places.natives(), folder.lowerCase())) {
            TextTokens tokens =
                    new TextTokens(folder, tokenizer, recipe.whole(TrainingSetting.MAX_TOKENS).orElse(Integer.MAX_VALUE));
            RowBatches batches = new RowBatches(
                    inputs.rows(), tokens, reading(inputs), outside(inputs), recipe);
            RunState state = new RunState(places.run(), RecipeSettings.conditions(inputs));
            if (!running.resume()) {
                state.clear();
            }
            TrainingLoop loop = new TrainingLoop(inputs, running, state, PlannedSteps.of(recipe, batches.stepsPerEpoch()));
            return loop.train(new Open(backend, folder, tokens, batches, tokenizer.vocabularySize()));
        }
    }

    private static RowBatches.Reading reading(TrainingInputs inputs) {
        return new RowBatches.Reading(pairing(inputs), LossMaker.inBatch(inputs.loss(), inputs.rows().form()));
    }

    private static RowBatches.Pairing pairing(TrainingInputs inputs) {
        if (inputs.rows().form() != Form.LABELLED) {
            return RowBatches.Pairing.NONE;
        }
        if (LossMaker.readsTexts(inputs.loss(), inputs.rows().form())) {
            return RowBatches.Pairing.TEXTS;
        }
        return LossMaker.pairsLabelled(inputs.loss()) ? RowBatches.Pairing.BY_LABEL : RowBatches.Pairing.CLASSES;
    }

    private static @Nullable OutsideLabels outside(TrainingInputs inputs) {
        Outside kind = LossMaker.outside(inputs.loss(), inputs.rows().form());
        Embedder model = inputs.from().outside();
        if (kind == Outside.NOTHING) {
            return null;
        }
        if (model == null) {
            throw new InvalidInputException("loss " + inputs.loss().name() + " learns from another model, but none was given; name it with"
                    + (kind.teaches() ? " teacher" : " guide") + "=MODEL");
        }
        return new OutsideLabels(kind, model);
    }

    private TrainingOutcome train(Open open) {
        TrainableModel model = RecipeSettings.model(inputs.recipe(), open.folder(), open.backend());
        Tensors parent = staged() ? ancestor() : model.tensors();
        Tensors before = staged() ? model.tensors() : parent;
        Embedder outside = inputs.from().outside();
        Objective objective = LossMaker.make(inputs.loss(), new LossMaker.Place(
                inputs.rows().form(),
                open.backend(),
                model,
                open.batches().classes(),
                open.folder().tokenizer(),
                open.vocabulary(),
                outside == null ? 0 : outside.dimensions(),
                inputs.recipe()));
        TrainingEngine engine = TrainingEngine.open(
                open.backend(), model, objective, RecipeSettings.engine(inputs, plan.learningRate(), open.backend()));
        check(open, engine);
        ModelInTraining now = new ModelInTraining(model, open.backend(), open.tokens(), RecipeSettings.precision(inputs.recipe(), open.backend()));
        StateChoice.Judged judged = judged(open, model);
        if (running.resume()) {
            resume(engine);
            if (running.inexact()) {
                seen.judgeAgain(before, judged, notes);
            }
        } else {
            seen.first(now);
        }
        preparation = seconds() - secondsBefore;
        StateChoice.Chosen chosen;
        try {
            steps(open, engine, now);
            chosen = choose(judged, parent, before);
        } catch (CancelledException e) {
            throw kept(engine, e);
        } catch (RuntimeException e) {
            keeps(engine, e);
            throw e;
        }
        return new TrainingOutcome(chosen.weights(), chosen.words(), new Course(losses.size(), seconds(), losses, seen.looks(), notes));
    }

    /** Before any work, so that what cannot run is refused at once and the user knows how the rest will. */
    private void check(Open open, TrainingEngine engine) {
        List<String> lines = new ArrayList<>(open.batches().notes());
        lines.add((planned ? "" : "at most ") + plan.told(inputs.look() != null));
        Precision precision = RecipeSettings.precision(inputs.recipe(), open.backend());
        notes.add("precision " + precision.name().toLowerCase(Locale.ROOT) + (open.backend().gpu() ? " on a GPU" : ""));
        lines.add(StartChecks.memory(engine, open.batches(), inputs.recipe().whole(TrainingSetting.MEMORY_MIB).orElse(0)));
        if (ProcessHandle.current().info().totalCpuDuration().isPresent()) {
            lines.addAll(StartChecks.threads(open.backend(), precision, TrainingLoop::cpuNanos));
        }
        notes.addAll(lines);
        running.listener().planned(lines);
    }

    private static long cpuNanos() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
    }

    private boolean staged() {
        return !inputs.from().ancestor().equals(inputs.from().parent());
    }

    private Tensors ancestor() {
        try (ModelFolder folder = ModelFolder.open(inputs.from().ancestor());
                TrainingBackend backend = RecipeSettings.backend(inputs.recipe())) {
            return TrainableModel.load(folder, backend).tensors();
        }
    }

    private void resume(TrainingEngine engine) {
        RunState.Position position = state.resume(engine, running.inexact(), notes);
        losses.addAll(position.losses());
        seen.resume(position);
        secondsBefore = position.seconds();
        saved = seconds();
    }

    private void steps(Open open, TrainingEngine engine, ModelInTraining now) {
        List<Double> measured = new ArrayList<>();
        try (BatchAhead ahead = new BatchAhead(open.batches()::batch)) {
            while (!stopsEarly(now, engine) && engine.steps() < plan.steps()) {
                saveWhenDue(engine);
                long before = System.nanoTime();
                step(engine, ahead);
                measured.add((System.nanoTime() - before) / NANOS);
                if (!planned && measured.size() == PlannedSteps.MEASURED) {
                    replan(engine, measured);
                }
            }
        }
        seen.last(now, engine.steps());
        saveWhenDue(engine); // the disk may refuse the result
    }

    /** Looks where the plan says so, also after a step whose look was interrupted. */
    private boolean stopsEarly(ModelInTraining now, TrainingEngine engine) {
        int step = engine.steps();
        if (inputs.look() == null || step == 0 || !plan.looksAfter(step)) {
            return false;
        }
        seen.consider(now, step);
        int patience = inputs.recipe().whole(TrainingSetting.PATIENCE).orElse(0);
        boolean early = seen.sinceBest() >= patience && patience > 0 && step < plan.steps();
        if (early) {
            notes.add("stopped early after step " + step + ": no gain on the selection part in " + patience + " looks");
        }
        return early;
    }

    /** Writes a checkpoint before a training that was cancelled ends. */
    private CancelledException kept(TrainingEngine engine, CancelledException e) {
        Thread.interrupted(); // the flag would break the writing of the files, and the exception tells it
        save(engine);
        return new CancelledException("training was cancelled after " + engine.steps() + " of " + plan.steps()
                + " steps; the same request with resume (--resume) goes on from there", e);
    }

    /** Keeps the steps made where something fails, a teacher or a listener; what fails is told, whether or not they can be kept. */
    private boolean keeps(TrainingEngine engine, RuntimeException why) {
        if (engine.steps() == 0 || losses.size() != engine.steps()) {
            return false;
        }
        boolean interrupted = Thread.interrupted(); // it would break the writing of the files
        try {
            save(engine);
            return true;
        } catch (RuntimeException e) {
            why.addSuppressed(e);
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void saveWhenDue(TrainingEngine engine) {
        if (seconds() - saved > Math.max(SAVE_EVERY_SECONDS, BETWEEN_SAVES * saving)) {
            save(engine);
        }
    }

    private void save(TrainingEngine engine) {
        double before = seconds();
        state.save(engine, new RunState.Position(losses, seen.looks(), seen.best(), seen.sinceBest(), before));
        saved = seconds();
        saving = Math.max(saving, saved - before); // one that stands already takes no time
    }

    private void step(TrainingEngine engine, BatchAhead ahead) {
        int step = engine.steps();
        if (Thread.interrupted()) {
            throw new CancelledException("training was interrupted");
        }
        RowBatches.Batch batch = ahead.take(step);
        StepReport report;
        try {
            report = engine.step(batch.texts());
        } catch (InvalidInputException e) {
            boolean kept = keeps(engine, e); // the weights are those before the step
            throw new InvalidInputException("training stopped at step " + (step + 1) + ", rows "
                    + batch.rows().stream().map(row -> row + 1).toList() + " of the training part: " + e.getMessage()
                    + (kept ? "; the state before it is kept, resume with other settings and --inexact" : ""), e);
        }
        losses.add(report.loss());
        running.listener().stepped(
                new TrainingListener.Step(step + 1, report.loss(), report.learningRate(), report.gradientNorm()));
        report(step + 1, report.loss());
    }

    /** The time is that of all steps, those before an interruption among them, so that what is left can be told from it. */
    private void report(int done, double loss) {
        running.progress().report(new Progress(
                String.format(Locale.ROOT, "training, loss %.4f, steps", loss),
                done,
                plan.steps(),
                Duration.ofNanos((long) ((seconds() - preparation) * NANOS))));
    }

    /** A limit of time becomes a number of steps, once. */
    private void replan(TrainingEngine engine, List<Double> measured) {
        PlannedSteps whole = plan;
        double step = PlannedSteps.median(measured);
        plan = plan.within(engine.steps(), seconds(), step, seen.lookSeconds(), interpolates() ? StateChoice.MIXTURES : 0);
        planned = true;
        state.fix(plan, engine.steps());
        engine.replan(plan.learningRate());
        save(engine); // with the rates of the plan: those of an earlier checkpoint are others
        notes.add(String.format(
                Locale.ROOT,
                "%.0f s allow %s (of %,d): a step takes %.2f s, a look %.1f s",
                plan.seconds(),
                plan,
                whole.steps(),
                step,
                seen.lookSeconds()));
    }

    private boolean interpolates() {
        return inputs.look() != null && inputs.recipe().word(TrainingSetting.INTERPOLATION).equals("on");
    }

    /** With a backend of its own, so that the weights that are judged are freed. */
    private StateChoice.Judged judged(Open open, TrainableModel model) {
        return (weights, by) -> {
            try (TrainingBackend backend = RecipeSettings.backend(inputs.recipe())) {
                return by.applyAsDouble(new ModelInTraining(
                        TrainableModel.of(model.description(), weights, backend), backend, open.tokens(), RecipeSettings.precision(inputs.recipe(), backend)));
            }
        };
    }

    private StateChoice.Chosen choose(StateChoice.Judged judged, Tensors parent, Tensors before) {
        boolean staged = staged();
        Best best = seen.best();
        // the first state of a later stage is the result of the stage before it
        Tensors tuned = best.weights() == null ? (staged ? before : parent) : best.weights();
        SelectionLook look = inputs.look();
        if (look == null || (best.step() == 0 && !staged) || !interpolates()) {
            String words = look == null ? "the last state" : best.step() > 0 ? "the state after step " + best.step()
                    : staged ? "the state before this stage" : "the parent: no state was better on the selection part";
            return new StateChoice.Chosen(tuned, words);
        }
        StateChoice choice = new StateChoice(look, parent, tuned, judged);
        double parentsValue = staged ? Double.NaN : seen.firstValue();
        StateChoice.Chosen chosen = choice.of(
                parentsValue, best.value(), staged ? StateChoice.MIXTURES : plan.mixtures(), "the state after step " + best.step());
        notes.addAll(choice.notes());
        return chosen;
    }

    private double seconds() {
        return secondsBefore + (System.nanoTime() - start) / NANOS;
    }
}
