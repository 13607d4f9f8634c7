package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.TrainingListener;
import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.training.loop.RunState.Best;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The states of a training as the selection part sees them: every look, and the best state so far. Where nothing looks, the last state is the best. */
final class StatesSeen {
    private static final double NANOS = 1e9;

    private final @Nullable SelectionLook look;
    private final TrainingListener listener;
    private final List<TrainingListener.Look> looks = new ArrayList<>();
    private Best best = new Best(null, Double.NaN, 0);
    private int sinceBest;
    private double lookSeconds;

    StatesSeen(@Nullable SelectionLook look, TrainingListener listener) {
        this.look = look;
        this.listener = listener;
    }

    Best best() {
        return best;
    }

    /** In order of the steps. */
    List<TrainingListener.Look> looks() {
        return looks;
    }

    /** Looks since the best one. */
    int sinceBest() {
        return sinceBest;
    }

    /** What the last look took. */
    double lookSeconds() {
        return lookSeconds;
    }

    /** The value before the first step; NaN where nothing looked. */
    double firstValue() {
        return looks.isEmpty() ? Double.NaN : looks.get(0).value();
    }

    /** Takes over what an interrupted training saw. */
    void resume(RunState.Position position) {
        looks.addAll(position.looks());
        best = position.best();
        sinceBest = position.sinceBest();
    }

    /**
     * Judges again what an interrupted training saw: under other conditions the judge may be another one, and values of two judges cannot
     * be compared. Where they differ, the earlier looks give way to those at the first and the best state.
     *
     * @param first weights before the first step
     * @param judged opens weights as a model
     * @param notes gets a line where the values differ
     */
    void judgeAgain(Tensors first, StateChoice.Judged judged, List<String> notes) {
        if (look == null) {
            return;
        }
        double before = defined(judged.judge(first, look::at));
        Tensors weights = best.weights();
        double value = weights == null ? before : judged.judge(weights, look::at);
        if (value == best.value() && before == firstValue()) {
            return;
        }
        looks.clear();
        looks.add(new TrainingListener.Look(0, look.metric(), before));
        if (weights != null) {
            looks.add(new TrainingListener.Look(best.step(), look.metric(), value));
        }
        best = value > before ? new Best(weights, value, best.step()) : new Best(null, before, 0);
        sinceBest = 0; // the other judge's patience
        notes.add(String.format(
                Locale.ROOT,
                "the selection part judges otherwise than before the interruption: %s %.4f before the first step%s; looks before it are left out",
                look.metric(),
                before,
                weights == null ? "" : String.format(Locale.ROOT, ", %.4f after step %d", value, looks.get(1).step())));
    }

    /** Looks at the state before the first step, which a later one has to exceed. */
    void first(ModelInTraining seen) {
        best = new Best(null, look == null ? Double.NaN : defined(at(look, seen, 0)), 0);
        tell();
    }

    /** Looks at a state, unless it was looked at before an interruption. */
    void consider(ModelInTraining seen, int step) {
        if (look == null || (!looks.isEmpty() && looks.get(looks.size() - 1).step() >= step)) {
            return;
        }
        double value = at(look, seen, step);
        if (value > best.value()) {
            best = new Best(seen.weights(), value, step);
            sinceBest = 0;
        } else {
            sinceBest++;
        }
        tell();
    }

    /** At the end: where nothing looks, the last state is taken. */
    void last(ModelInTraining seen, int step) {
        if (look == null) {
            best = new Best(seen.weights(), Double.NaN, step);
        }
    }

    private double at(SelectionLook with, ModelInTraining seen, int step) {
        long start = System.nanoTime();
        double value = with.at(seen);
        lookSeconds = (System.nanoTime() - start) / NANOS;
        looks.add(new TrainingListener.Look(step, with.metric(), value));
        return value;
    }

    private double defined(double value) {
        if (!Double.isFinite(value)) {
            throw new InvalidInputException("the selection part cannot choose among states: its " + (look == null ? "score" : look.metric())
                    + " is undefined for the parent, as where it has too few rows or equal scores alone; raise selection_share, or name rows"
                    + " that judge with --eval");
        }
        return value;
    }

    /** Last, so that a listener that fails finds best state and looks in agreement. */
    private void tell() {
        if (!looks.isEmpty()) {
            listener.looked(looks.get(looks.size() - 1));
        }
    }
}
