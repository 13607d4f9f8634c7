package io.github.embeddinglab.api.training;

import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Told what a training does, on the training's thread; must return quickly. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface TrainingListener {
    /** Ignores everything. */
    TrainingListener NONE = new TrainingListener() {};

    /**
     * What a step did.
     *
     * @param step from 1
     * @param loss before the step
     * @param learningRate used
     * @param gradientNorm before clipping
     */
    record Step(int step, double loss, double learningRate, double gradientNorm) {}

    /**
     * What a look at the selection part found.
     *
     * @param step after which; 0 for the parent
     * @param metric as in {@code ndcg@10}
     * @param value as a fraction
     */
    record Look(int step, String metric, double value) {}

    /**
     * The plan, before the first step: what the strategy expanded to, and why; then, for each stage that trains weights, how its largest
     * batch will be computed.
     *
     * @param lines for people
     */
    default void planned(List<String> lines) {}

    /**
     * A step was made.
     *
     * @param step what it did
     */
    default void stepped(Step step) {}

    /**
     * The model was looked at.
     *
     * @param look what was found
     */
    default void looked(Look look) {}
}
