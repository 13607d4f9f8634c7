package io.github.embeddinglab.training.encoder;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.Tensor;
import io.github.embeddinglab.training.loss.Loss;
import io.github.embeddinglab.training.loss.LossBatch;
import io.github.embeddinglab.training.spi.AdamWSettings;
import io.github.embeddinglab.training.spi.Optimizer;
import io.github.embeddinglab.training.spi.ParameterGroup;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Trains a model step by step with AdamW: forward, backward, gradients clipped, weights changed. Each step runs in a scope of
 * its own, so memory does not grow.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class TrainingSteps {
    private final TrainingBackend backend;
    private final TrainableModel model;
    private final Loss loss;
    private final Settings settings;
    private final List<Tensor> parameters = new ArrayList<>();
    private final Optimizer optimizer;
    private int done;

    /**
     * Settings of the optimizer.
     *
     * @param learningRate by step
     * @param weightDecay of matrices and tables, at least 0
     * @param maxGradientNorm limit of the common norm of all gradients, above 0; infinite for none
     */
    public record Settings(LearningRate learningRate, double weightDecay, double maxGradientNorm) {
        /** Checks the settings together. */
        public Settings {
            if (!(weightDecay >= 0) || !(maxGradientNorm > 0)) {
                throw new InvalidInputException("weight decay " + weightDecay + " and gradient norm limit " + maxGradientNorm
                        + "; give a decay of at least 0 and a limit above 0");
            }
        }
    }

    /**
     * What a step did.
     *
     * @param step from 0
     * @param loss before the step
     * @param learningRate used
     * @param gradientNorm before clipping
     */
    public record Report(int step, double loss, double learningRate, double gradientNorm) {}

    /**
     * Begins a training.
     *
     * @param backend that holds the model
     * @param model to be changed
     * @param loss to be made small; its own parameters are trained too
     * @param settings of the optimizer
     */
    public TrainingSteps(TrainingBackend backend, TrainableModel model, Loss loss, Settings settings) {
        this.backend = backend;
        this.model = model;
        this.loss = loss;
        this.settings = settings;
        List<ParameterGroup> groups = new ArrayList<>(model.groups(settings.weightDecay()));
        groups.add(new ParameterGroup(loss.parameters(), 0));
        groups.forEach(group -> parameters.addAll(group.parameters()));
        this.optimizer = backend.adamW(groups, AdamWSettings.STANDARD);
    }

    /**
     * Makes one step.
     *
     * @param columns texts of the batch, column by column
     * @param labels row-major; empty where the data have none
     * @param labelShape extents of the labels; none where there are no labels
     * @return what it did
     * @throws InvalidInputException when the loss or a gradient is not finite: the weights stay as they were
     */
    @SuppressWarnings("try") // the scope is closed, not read
    public Report step(List<TokenBatch> columns, double[] labels, int... labelShape) {
        try (TrainingBackend.Scope scope = backend.scope()) {
            List<Tensor> embeddings = columns.stream().map(model::embed).toList();
            Tensor given = labelShape.length == 0 ? null : embeddings.get(0).constant(labels, labelShape);
            backend.clearGradients(parameters);
            Tensor value = loss.of(new LossBatch(embeddings, given));
            double before = value.item();
            finite("loss", before);
            value.backward();
            double norm = backend.clipGradients(parameters, settings.maxGradientNorm());
            finite("gradient norm", norm);
            double rate = settings.learningRate().at(done);
            optimizer.step(rate);
            return new Report(done++, before, rate, norm);
        }
    }

    private void finite(String what, double value) {
        if (!Double.isFinite(value)) {
            throw new InvalidInputException("the " + what + " of step " + done + " is " + value
                    + "; lower the learning rate, or look for empty texts and wild labels in this batch");
        }
    }
}
