package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.training.encoder.WeightAverage;
import io.github.embeddinglab.training.gate.Keeping;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Which weights a training ends with: of its best state and its mixtures with the parent, the one with the least of the change that has
 * nine tenths of the best one's gain on the selection part; where that lost more of what should be kept than is allowed, the mixture
 * with the most of the change that keeps it. Weights of both ends averaged are as good on the data and forget less (Wortsman et al.
 * 2022; measured in {@code docs/measurements/fine-tuning.md}).
 */
final class StateChoice {
    private static final double[] SHARES = {0.8, 0.6, 0.4, 0.2};
    /** Share of the gain on the selection part that is enough: the last of the change adds little there, and forgets most. */
    private static final double ENOUGH = 0.9;

    /** Mixtures that are judged at most, by the selection part. */
    static final int MIXTURES = SHARES.length;

    /** Opens weights as a model and lets it be judged. */
    interface Judged {
        double judge(Tensors weights, ToDoubleFunction<Embedder> by);
    }

    /**
     * What was chosen.
     *
     * @param weights of it
     * @param words for the report
     */
    record Chosen(Tensors weights, String words) {}

    private final SelectionLook look;
    private final Tensors parent;
    private final Tensors tuned;
    private final Judged judged;
    private final List<String> notes = new ArrayList<>();
    /** Values on the selection part by share of the change. */
    private final Map<Double, Double> values = new HashMap<>();
    private double share = 1;

    StateChoice(SelectionLook look, Tensors parent, Tensors tuned, Judged judged) {
        this.look = look;
        this.parent = parent;
        this.tuned = tuned;
        this.judged = judged;
    }

    /** Judgements, in order. */
    List<String> notes() {
        return notes;
    }

    /**
     * Chooses.
     *
     * @param parentsValue on the selection part; NaN where it is not known, as in a later stage: then the best mixture is taken, the
     *     parent among them
     * @param best value of the best state on the selection part
     * @param mixtures that may be judged by it
     * @param state words for the best state
     */
    Chosen of(double parentsValue, double best, int mixtures, String state) {
        values.put(share, best);
        better(parentsValue, mixtures);
        String reason = keep();
        String words = String.format(Locale.ROOT, "%s%s, %s %.4f on the selection part%s", state,
                share == 1 ? "" : String.format(Locale.ROOT, ", interpolated with the parent (%.0f %% of the change)", 100 * share),
                look.metric(), value(share), reason);
        return new Chosen(mixed(share), words);
    }

    private void better(double parentsValue, int mixtures) {
        boolean known = !Double.isNaN(parentsValue);
        List<Double> shares = new ArrayList<>();
        for (int i = 0; i < Math.min(SHARES.length, mixtures); i++) {
            shares.add(SHARES[i]);
        }
        if (!known) {
            shares.add(0.0);
        }
        double best = value(1);
        int missed = 0;
        for (double mixture : shares) {
            double found = value(mixture);
            note(mixture, look.metric(), found, "on the selection part");
            missed = found > best ? 0 : missed + 1;
            best = Math.max(best, found);
            if (missed >= 2 && !(found >= enough(parentsValue, best))) {
                break; // quality over the share has one top: it lies behind us
            }
        }
        double least = known ? enough(parentsValue, best) : best;
        share = values.entrySet().stream().filter(entry -> entry.getValue() >= least).mapToDouble(Map.Entry::getKey).min().orElse(1);
    }

    private double value(double mixture) {
        return values.computeIfAbsent(mixture, key -> judged.judge(mixed(key), look::at));
    }

    private static double enough(double parentsValue, double best) {
        return parentsValue + ENOUGH * (best - parentsValue);
    }

    /** Goes back towards the parent until it is kept what is asked for; where no mixture does, nothing is changed, and the gate says so. */
    private String keep() {
        Keeping keeping = look.kept();
        if (keeping == null || share == 0) {
            return "";
        }
        ToDoubleFunction<Embedder> kept = embedder -> SelectionLook.kept(keeping, embedder);
        double whole = judged.judge(mixed(share), kept);
        if (whole >= keeping.least()) {
            return "";
        }
        note(share, keeping.name(), whole, String.format(Locale.ROOT, "(at least %.4f is asked for)", keeping.least()));
        for (double mixture : SHARES) {
            if (mixture < share) {
                double found = judged.judge(mixed(mixture), kept);
                note(mixture, keeping.name(), found, String.format(Locale.ROOT, "(at least %.4f is asked for)", keeping.least()));
                if (found >= keeping.least()) {
                    share = mixture;
                    return ", so that " + keeping.name() + " is kept";
                }
            }
        }
        return "";
    }

    private Tensors mixed(double mixture) {
        return mixture == 1 ? tuned : WeightAverage.of(parent, tuned, mixture);
    }

    private void note(double mixture, String metric, double found, String where) {
        notes.add(String.format(Locale.ROOT, "%.0f %% of the change: %s %.4f %s", 100 * mixture, metric, found, where));
    }
}
