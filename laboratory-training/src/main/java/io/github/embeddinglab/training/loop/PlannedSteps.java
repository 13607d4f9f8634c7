package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.training.FineTuning.Recipe;
import io.github.embeddinglab.api.training.TrainingSetting;
import io.github.embeddinglab.training.encoder.LearningRate;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How many steps are made, at what rates, and when the model is looked at.
 *
 * @param recipe of the training
 * @param steps in all
 * @param lookEvery steps between two looks
 */
record PlannedSteps(Recipe recipe, int steps, int lookEvery) {
    /** Steps that are measured before a limit of time becomes a number of steps. */
    static final int MEASURED = 20;

    /** Few data are seen again until there were as many steps: one epoch of some hundred rows moves nothing. */
    private static final int ENOUGH_STEPS = 200;

    private static final int MOST_EPOCHS = 10;

    private static final int LOOKS = 10;

    /** A look costs what several steps do: a short training has few. */
    private static final int STEPS_BETWEEN_LOOKS = 25;

    /** Share of the time that looks may take. */
    private static final double LOOKING = 0.2;

    static PlannedSteps of(Recipe recipe, int stepsPerEpoch) {
        boolean timed = recipe.number(TrainingSetting.MINUTES).isPresent();
        double enough = timed ? MOST_EPOCHS : Math.ceil((double) ENOUGH_STEPS / stepsPerEpoch);
        double epochs = recipe.number(TrainingSetting.EPOCHS).orElse(Math.max(1, Math.min(MOST_EPOCHS, enough)));
        long steps = Math.max(1, Math.round(epochs * stepsPerEpoch));
        return with(recipe, (int) Math.min(steps, Integer.MAX_VALUE / 2), LOOKS);
    }

    private static PlannedSteps with(Recipe recipe, int steps, int looks) {
        int most = Math.max(1, Math.min(looks, steps / STEPS_BETWEEN_LOOKS));
        int every = recipe.whole(TrainingSetting.EVALUATION_STEPS).orElse(Math.max(1, (steps + most - 1) / most));
        return new PlannedSteps(recipe, steps, every);
    }

    /** Settings that a fixed plan came from: under others it is no longer asked for. */
    String settings() {
        return Stream.of(
                        TrainingSetting.MINUTES, TrainingSetting.EPOCHS, TrainingSetting.EVALUATION_STEPS, TrainingSetting.BATCH_SIZE,
                        TrainingSetting.BATCH_TOKENS)
                .map(setting -> setting.key() + "=" + recipe.text(setting).orElse(""))
                .collect(Collectors.joining(", "));
    }

    /** Seconds that the training may take; infinite without a limit. */
    double seconds() {
        return recipe.number(TrainingSetting.MINUTES).map(minutes -> 60 * minutes).orElse(Double.POSITIVE_INFINITY);
    }

    /**
     * The plan that fits into the time; made once.
     *
     * @param made steps so far
     * @param spent seconds so far, those of the steps among them
     * @param step seconds of a step
     * @param lookSeconds of one look, 0 without looks
     * @param closing mixtures with the parent that may follow the last step
     * @return with no more steps than before
     */
    PlannedSteps within(int made, double spent, double step, double lookSeconds, int closing) {
        int possible = (int) Math.min(steps, made + Math.max(0, (seconds() - spent) / step));
        double left = seconds() - spent - Math.min(closing, mixtures(possible)) * lookSeconds;
        int looks = lookSeconds <= 0 ? LOOKS : (int) Math.max(1, Math.min(LOOKS, LOOKING * seconds() / lookSeconds));
        double more = Math.max(0, (left - looks * lookSeconds) / step);
        int fitting = (int) Math.min(steps, made + more);
        return with(recipe, Math.max(1, fitting), looks);
    }

    /** Mixtures with the parent that are looked at: few where there were few looks. */
    int mixtures() {
        return mixtures(steps);
    }

    private static int mixtures(int steps) {
        return Math.max(1, steps / STEPS_BETWEEN_LOOKS);
    }

    /** The middle of measured times, which a pause of the machine does not move. */
    static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(0.0);
    }

    /** Warm-up steps: those that were set, and no more than a tenth of all. */
    int warmup() {
        return Math.min(recipe.whole(TrainingSetting.WARMUP_STEPS).orElse(0), steps / 10);
    }

    LearningRate learningRate() {
        LearningRate.Shape shape =
                LearningRate.Shape.valueOf(recipe.word(TrainingSetting.SCHEDULE).toUpperCase(Locale.ROOT));
        double peak = recipe.number(TrainingSetting.LEARNING_RATE).orElse(5e-5);
        return new LearningRate(peak, shape, warmup(), steps);
    }

    /** Whether the model is looked at behind a step, from 1. */
    boolean looksAfter(int step) {
        return step == steps || step % lookEvery == 0;
    }

    @Override
    public String toString() {
        return told(true);
    }

    /**
     * For people.
     *
     * @param looks whether the model is looked at
     * @return one line
     */
    String told(boolean looks) {
        int asked = recipe.whole(TrainingSetting.WARMUP_STEPS).orElse(0);
        return String.format(Locale.ROOT, "%,d steps, warm-up %,d", steps, warmup())
                + (looks ? String.format(Locale.ROOT, ", a look every %,d", lookEvery) : "")
                + (warmup() < asked ? String.format(Locale.ROOT, " (warm-up cut from %,d)", asked) : "");
    }
}
