package io.github.embeddinglab.training.engine;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.encoder.DropoutKey;
import io.github.embeddinglab.training.encoder.LearningRate;
import io.github.embeddinglab.training.encoder.TokenBatch;
import io.github.embeddinglab.training.encoder.TrainableModel;
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
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

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
    private final TrainingBackend backend;
    private final TrainableModel model;
    private final Objective objective;
    private EngineSettings settings;
    private final SortedMap<String, Tensor> named = new TreeMap<>();
    private final List<String> order = new ArrayList<>();
    private final List<Tensor> parameters = new ArrayList<>();
    private final Optimizer optimizer;
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
        this.estimate = MemoryEstimate.of(model, objective.parameters(), settings.precision());
        name();
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
        int all = Math.multiplyExact(rows, columns);
        int texts = memory.microTexts() == 0 ? all : Math.min(all, memory.microTexts());
        while (texts > 1 && memory.ceilingBytes() > 0 && estimate.bytes(texts, length) > memory.ceilingBytes()) {
            texts = (texts + 1) / 2;
        }
        boolean means = objective.meanOfRows();
        int least = means ? columns : 1; // a mean of rows needs the texts of one row together
        texts = Math.max(texts, least);
        long bytes = estimate.bytes(texts, length);
        if (memory.ceilingBytes() > 0 && bytes > memory.ceilingBytes()) {
            throw new InvalidInputException("training on " + texts + " texts of " + length + " tokens takes " + (bytes >> 20)
                    + " MiB, the ceiling is " + (memory.ceilingBytes() >> 20) + " MiB; raise it, cut the texts, or train fewer layers");
        }
        StepPlan.Way way = texts >= all ? StepPlan.Way.WHOLE : means ? StepPlan.Way.ACCUMULATED : StepPlan.Way.CACHED;
        return new StepPlan(way, texts, bytes);
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
            double loss = switch (plan.way()) {
                case WHOLE -> whole(batch);
                case ACCUMULATED -> accumulated(batch, Math.max(1, plan.microTexts() / batch.columns().size()));
                case CACHED -> cached(batch, plan.microTexts());
            };
            double norm = backend.clipGradients(parameters, settings.maxGradientNorm());
            finite("gradient norm", norm);
            double rate = settings.learningRate().at(done);
            optimizer.step(rate);
            backend.clearGradients(parameters);
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

    private @Nullable DropoutKey masks(int column, int firstRow) {
        return settings.dropout() ? new DropoutKey(settings.seed(), done, column, firstRow) : null;
    }

    private List<Tensor> encode(TokenBatch texts, int column, int firstRow) {
        try (TrainingBackend.Scope precise = backend.precision(settings.precision())) {
            return objective.encode(model, texts, column, masks(column, firstRow));
        }
    }

    private double whole(TrainingBatch batch) {
        return part(batch, 0, 1);
    }

    private double part(TrainingBatch part, int firstRow, double share) {
        List<List<Tensor>> encoded = new ArrayList<>();
        for (int column = 0; column < part.columns().size(); column++) {
            encoded.add(encode(part.columns().get(column), column, firstRow));
        }
        Tensor value = objective.loss(encoded, part);
        double loss = value.item();
        finite("loss", loss);
        (share == 1 ? value : value.multiply(share)).backward();
        return share * loss;
    }

    private double accumulated(TrainingBatch batch, int rows) {
        double all = objective.weight(batch);
        double loss = 0;
        for (int first = 0; first < batch.rows(); first += rows) {
            TrainingBatch part = batch.part(first, Math.min(rows, batch.rows() - first));
            double share = objective.weight(part) / all;
            if (share > 0) {
                try (TrainingBackend.Scope scope = backend.scope()) {
                    loss += part(part, first, share);
                }
            }
        }
        return loss;
    }

    private double cached(TrainingBatch batch, int texts) {
        List<List<Tensor>> leaves = new ArrayList<>();
        for (int column = 0; column < batch.columns().size(); column++) {
            leaves.add(forward(batch.columns().get(column), column, texts));
        }
        Tensor value = objective.loss(leaves, batch);
        double loss = value.item();
        finite("loss", loss);
        value.backward();
        for (int column = 0; column < batch.columns().size(); column++) {
            backward(batch.columns().get(column), column, texts, leaves.get(column));
        }
        return loss;
    }

    /** What all parts of a column give, as leaves that the loss is derived by. */
    private List<Tensor> forward(TokenBatch texts, int column, int size) {
        List<List<double[]>> parts = new ArrayList<>();
        List<int[]> shapes = new ArrayList<>();
        try (TrainingBackend.Scope all = backend.withoutGradients()) {
            for (int first = 0; first < texts.rows(); first += size) {
                try (TrainingBackend.Scope scope = backend.scope()) {
                    List<Tensor> encoded = encode(texts.part(first, Math.min(size, texts.rows() - first)), column, first);
                    parts.add(encoded.stream().map(Tensor::values).toList());
                    if (first == 0) {
                        encoded.forEach(tensor -> shapes.add(tensor.shape()));
                    }
                }
            }
        }
        List<Tensor> leaves = new ArrayList<>();
        for (int output = 0; output < shapes.size(); output++) {
            int at = output;
            double[] joined = parts.stream().flatMapToDouble(part -> java.util.Arrays.stream(part.get(at))).toArray();
            int[] shape = shapes.get(output).clone();
            shape[0] = texts.rows();
            if (joined.length != java.util.Arrays.stream(shape).reduce(1, Math::multiplyExact)) {
                throw new InvalidInputException("an objective encodes rows to tensors whose extents depend on other rows; "
                        + "its batches cannot be cut, raise the memory ceiling");
            }
            leaves.add(backend.leaf(parameters.get(0).constant(joined, shape)));
        }
        return leaves;
    }

    private void backward(TokenBatch texts, int column, int size, List<Tensor> leaves) {
        for (int first = 0; first < texts.rows(); first += size) {
            int count = Math.min(size, texts.rows() - first);
            try (TrainingBackend.Scope scope = backend.scope()) {
                List<Tensor> encoded = encode(texts.part(first, count), column, first);
                @Nullable Tensor total = null;
                for (int output = 0; output < leaves.size(); output++) {
                    Tensor derivative = leaves.get(output).gradient();
                    if (derivative != null) {
                        Tensor product = encoded.get(output).multiply(derivative.narrow(0, first, count)).sum();
                        total = total == null ? product : total.add(product);
                    }
                }
                if (total != null) {
                    total.backward();
                }
            }
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

    private void finite(String what, double value) {
        if (!Double.isFinite(value)) {
            throw new InvalidInputException("the " + what + " is " + value
                    + "; lower the learning rate, or look for empty texts and wild labels in this batch");
        }
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
