package io.github.embeddinglab.training.engine;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.encoder.LearningRate;
import io.github.embeddinglab.training.encoder.TrainableModel;
import io.github.embeddinglab.training.engine.EngineSettings.GradientCheckpointing;
import io.github.embeddinglab.training.spi.AdamWSettings;
import io.github.embeddinglab.training.spi.DropoutMask;
import io.github.embeddinglab.training.spi.Optimizer;
import io.github.embeddinglab.training.spi.ParameterGroup;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongUnaryOperator;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Trains a model batch by batch with AdamW: memory planned, the batch cut where it must be, forward, backward, gradients clipped,
 * weights changed. Whatever the cut, the step is that of the whole batch up to rounding, dropout included. Each pass runs in a scope
 * of its own, so memory does not grow with the steps.
 *
 * <p>A step is a function of the weights, the optimizer's state, the settings, the batch and the number of the step; nothing else
 * is remembered. Not safe for concurrent use: it belongs to the thread that opened the backend.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
@SuppressWarnings("try") // scopes are closed, not read
public final class TrainingEngine {
    /** Steps between two times that free memory is given back: pieces of all sizes leave gaps, and the process would grow for hundreds of steps. */
    private static final int BETWEEN_TRIMS = 50;

    private final TrainingBackend backend;
    private final TrainableModel model;
    private final Objective objective;
    private EngineSettings settings;
    private final SortedMap<String, Tensor> named = new TreeMap<>();
    private final List<String> order = new ArrayList<>();
    private final List<Tensor> parameters = new ArrayList<>();
    private final Optimizer optimizer;
    private final int lanes;
    private final MemoryEstimate estimate;
    private int done;

    private TrainingEngine(TrainingBackend backend, TrainableModel model, Objective objective, EngineSettings settings) {
        this.backend = backend;
        this.model = model;
        this.objective = objective;
        this.settings = settings;
        List<ParameterGroup> groups = new ArrayList<>(model.groups(settings.weightDecay()));
        groups.add(new ParameterGroup(objective.parameters(), 0));
        groups.forEach(group -> parameters.addAll(group.parameters()));
        this.optimizer = backend.adamW(groups, AdamWSettings.STANDARD);
        this.lanes = lanes();
        this.estimate = estimate(lanes);
        name();
    }

    /** All lanes of the backend, or half of them where their gradients would take the memory of the batch; else no lanes. */
    private int lanes() {
        long ceiling = settings.memory().ceilingBytes();
        for (int fitting : new int[] {backend.lanes(), backend.lanes() / 2}) {
            if (fitting > 1 && (ceiling == 0 || estimate(fitting).bytes(0, 1) <= ceiling / 4 * 3)) {
                return fitting;
            }
        }
        return 1;
    }

    private MemoryEstimate estimate(int gathering) {
        return MemoryEstimate.of(model, objective.parameters(), settings.precision(), gathering);
    }

    private void name() {
        named.putAll(model.trained());
        for (int i = 0; i < objective.parameters().size(); i++) {
            named.put("loss." + i, objective.parameters().get(i));
        }
        for (Tensor parameter : parameters) {
            order.add(named.entrySet().stream().filter(entry -> entry.getValue() == parameter).findFirst().orElseThrow().getKey());
        }
    }

    /**
     * Begins a training.
     *
     * @param backend that holds the model
     * @param model to be changed, freshly loaded; the settings choose which of its weights are trained
     * @param objective to be made small; its own parameters are trained too
     * @param settings of all steps
     * @return the engine
     * @throws InvalidInputException when settings, objective and model do not go together
     */
    public static TrainingEngine open(TrainingBackend backend, TrainableModel model, Objective objective, EngineSettings settings) {
        objective.check(model);
        backend.precision(settings.precision()).close(); // refused here rather than in the first step
        model.train(settings.trained(), DropoutMask.mix(settings.seed(), 0));
        return new TrainingEngine(backend, model, objective, settings);
    }

    /**
     * How a batch would be computed.
     *
     * @param rows of the loss batch
     * @param columns of texts
     * @param length tokens of the longest text
     * @return the plan
     * @throws InvalidInputException when a single text is over the ceiling
     */
    public StepPlan plan(int rows, int columns, int length) {
        EngineSettings.Memory memory = settings.memory();
        long ceiling = memory.ceilingBytes() == 0 ? Long.MAX_VALUE : memory.ceilingBytes();
        int all = Math.multiplyExact(rows, columns);
        boolean means = objective.meanOfRows();
        int least = means ? columns : 1; // a mean of rows needs the texts of one row together
        boolean checkpointing = memory.checkpointing() == GradientCheckpointing.ON
                || (memory.checkpointing() == GradientCheckpointing.AUTO
                        && estimate.bytes(least, length) + objective.extraBytes(least, length) > ceiling);
        LongUnaryOperator estimated = texts -> objective.extraBytes(texts, length)
                + (checkpointing ? estimate.checkpointed(texts, length) : estimate.bytes(texts, length));
        int texts = memory.microTexts() == 0 ? all : Math.min(all, memory.microTexts());
        while (texts > 1 && estimated.applyAsLong(texts) > ceiling) {
            texts = (texts + 1) / 2;
        }
        texts = Math.max(texts, least);
        long bytes = estimated.applyAsLong(texts);
        if (bytes > ceiling) {
            throw new InvalidInputException("training on " + texts + " texts of " + length + " tokens takes " + (bytes >> 20)
                    + " MiB, the ceiling is " + (memory.ceilingBytes() >> 20) + " MiB; raise it (memory_mib), cut the"
                    + " texts (max_tokens), or train fewer layers (last_layers)");
        }
        // a whole batch is derived on the caller's thread between two passes of the lanes, and a tape belongs to one pass
        boolean whole = texts >= all && !checkpointing;
        StepPlan.Way way = whole ? StepPlan.Way.WHOLE : means ? StepPlan.Way.ACCUMULATED : StepPlan.Way.CACHED;
        return new StepPlan(way, texts, checkpointing, bytes);
    }

    /**
     * How the largest batch of a training would be computed.
     *
     * @param like any batch of it, for the columns that the objective encodes
     * @param rows of the largest
     * @param length tokens of the longest text of all
     * @return the plan
     * @throws InvalidInputException when a single text is over the ceiling
     */
    public StepPlan plan(TrainingBatch like, int rows, int length) {
        return plan(rows, objective.prepare(like, DropoutMask.mix(settings.seed(), 1, 0)).columns().size(), length);
    }

    /**
     * Makes one step.
     *
     * @param given the loss batch
     * @return what it did
     * @throws InvalidInputException when the batch does not fit, or the loss or a gradient is not finite: the weights stay as they were
     */
    public StepReport step(TrainingBatch given) {
        TrainingBatch batch = objective.prepare(given, DropoutMask.mix(settings.seed(), 1, done));
        StepPlan plan = plan(batch.rows(), batch.columns().size(), batch.length());
        try (TrainingBackend.Scope scope = backend.scope()) {
            backend.clearGradients(parameters);
            double loss = new BatchPasses(backend, lanes, model, objective, settings, done).run(plan, batch);
            double norm = backend.clipGradients(parameters, settings.maxGradientNorm());
            BatchPasses.finite("gradient norm", norm);
            double rate = settings.learningRate().at(done);
            optimizer.step(rate);
            backend.clearGradients(parameters);
            if (done % BETWEEN_TRIMS == BETWEEN_TRIMS - 1) {
                backend.trim();
            }
            return new StepReport(done++, loss, rate, norm, plan);
        }
    }

    /**
     * The loss of a batch as it stands, without dropout; nothing changes.
     *
     * @param given the loss batch
     * @return the loss
     */
    public double evaluate(TrainingBatch given) {
        TrainingBatch batch = objective.prepare(given, DropoutMask.mix(settings.seed(), 1, done));
        try (TrainingBackend.Scope scope = backend.withoutGradients()) {
            List<List<Tensor>> encoded = new ArrayList<>();
            for (int column = 0; column < batch.columns().size(); column++) {
                encoded.add(objective.encode(model, batch.columns().get(column), column, null));
            }
            return objective.loss(encoded, batch).item();
        }
    }

    /**
     * Changes the plan of the rates, as when a limit of time has become a number of steps; all else stays.
     *
     * @param learningRate by step, those made included
     */
    public void replan(LearningRate learningRate) {
        settings = new EngineSettings(
                learningRate,
                settings.weightDecay(),
                settings.maxGradientNorm(),
                settings.trained(),
                settings.precision(),
                settings.memory(),
                settings.seed(),
                settings.dropout());
    }

    /** Parameters that are trained, by name, those of the objective included. */
    SortedMap<String, Tensor> named() {
        return named;
    }

    /** State of a parameter by its name. */
    SortedMap<String, Optimizer.Moments> moments() {
        SortedMap<String, Optimizer.Moments> out = new TreeMap<>();
        List<Optimizer.Moments> all = optimizer.moments();
        for (int i = 0; i < all.size(); i++) {
            out.put(order.get(i), all.get(i));
        }
        return out;
    }

    TrainingBackend backend() {
        return backend;
    }

    /** Puts a parameter and its state back. */
    void restore(String name, Tensors stored, int steps) {
        backend.assign(java.util.Objects.requireNonNull(named.get(name)), floats(stored, "weight." + name));
        optimizer.restore(order.indexOf(name), floats(stored, "mean." + name), floats(stored, "squares." + name), steps);
    }

    private static FloatBuffer floats(Tensors stored, String name) {
        return stored.tensor(name).bytes().asFloatBuffer();
    }

    void continueAt(int step) {
        done = step;
    }

    /**
     * Steps made.
     *
     * @return the number of the next step
     */
    public int steps() {
        return done;
    }

    /**
     * The model.
     *
     * @return as trained so far
     */
    public TrainableModel model() {
        return model;
    }

    /**
     * The settings.
     *
     * @return as given
     */
    public EngineSettings settings() {
        return settings;
    }
}
