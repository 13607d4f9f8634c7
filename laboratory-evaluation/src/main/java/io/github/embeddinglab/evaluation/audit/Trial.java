package io.github.embeddinglab.evaluation.audit;

import io.github.embeddinglab.api.AuditCause;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.evaluation.audit.Hypothesis.Unit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Holds hypotheses against the rows that are not the model's. A hypothesis explains a row when its vector agrees with the
 * stored one as closely as two runs of one model. Families are tried on few rows, and on twice as many where that explains
 * nothing, until all of these are explained; the least number of hypotheses that explain most of them is chosen greedily, so
 * that a row which several fit goes to the commonest, and is then asked for all rows. What is left is probed anew, until a
 * round explains nothing.
 */
final class Trial {
    private static final int PROBED = 8;
    private static final int LONGEST = 6;
    private static final int RACED = 2;
    private static final int ROUNDS = 4;
    private static final int LONG = 128;
    private static final int FEW = 4;
    /** Near agreement: what is left of the angle's square is less than this share of it, and the cosine at least this. */
    private static final double NEAR_SHARE = 0.3;

    /** A limit between two round ones leaves more than this of the distance only where the cause is another. */
    private static final double PROMISING = 0.7;

    private static final double NEAR = 0.97;
    private static final double MOST = 0.7;

    private final Sample sample;
    private final Frame frame;
    private final Map<Hypothesis, Map<Integer, Double>> tried = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();

    Trial(Sample sample, Frame frame) {
        this.sample = sample;
        this.frame = frame;
    }

    List<String> notes() {
        return notes;
    }

    /** What explained rows: predicts the vectors of other rows. */
    List<Hypothesis> run(Hypotheses hypotheses, int longestText) {
        List<Hypothesis> winners = new ArrayList<>();
        for (int round = 0; round < ROUNDS && sample.open().length > 0; round++) {
            List<Hypothesis> found = round(hypotheses, longestText);
            winners.addAll(found);
            if (found.isEmpty()) {
                break;
            }
        }
        return winners;
    }

    /** Half of the probe is asked first; the other half only where that explains nothing. */
    private List<Hypothesis> round(Hypotheses hypotheses, int longestText) {
        tried.clear();
        int[] longest = sample.longest(LONGEST);
        int[] probe = sample.probe(PROBED);
        List<Hypothesis> winners = round(hypotheses, everyOther(probe), longest, longestText);
        return winners.isEmpty() && probe.length > 1 ? round(hypotheses, probe, longest, longestText) : winners;
    }

    private List<Hypothesis> round(Hypotheses hypotheses, int[] probe, int[] longest, int longestText) {
        boolean lengthMatters = sample.onlyLongOnesAreWrong();
        List<Runnable> families = new ArrayList<>(List.of(
                () -> family(hypotheses.poolings(), probe),
                () -> family(hypotheses.titles(), probe),
                () -> family(hypotheses.prompts(), probe),
                () -> family(hypotheses.preparations(), probe)));
        List<Runnable> cuts = List.of(
                () -> race(hypotheses.cuts(longestText), longest), () -> refine(hypotheses, longest, longestText));
        // a cut text costs its limit, other hypotheses cost the whole text
        boolean allLong = sample.tokens(probe[0]) > LONG;
        families.addAll(lengthMatters ? 0 : allLong ? 1 : families.size(), cuts);
        families.addAll(lengthMatters ? cuts.size() : families.size(), List.of(
                () -> race(hypotheses.splits(), longest), () -> overlap(hypotheses, longest)));
        for (Runnable family : families) {
            // where length matters, the longest texts tell; shorter ones are asked when the winner is known
            if (unexplained(longest) > 0 && (lengthMatters || unexplained(probe) > 0)) {
                family.run();
            }
        }
        List<Hypothesis> winners = cover();
        winners.addAll(near(longest));
        return winners;
    }

    private static int[] everyOther(int[] rows) {
        return IntStream.range(0, (rows.length + 1) / 2).map(i -> rows[2 * i]).toArray();
    }

    private int unexplained(int[] which) {
        int count = 0;
        for (int i : which) {
            int index = i;
            count += tried.values().stream().anyMatch(likeness -> likeness.getOrDefault(index, 0.0) >= sample.match())
                    ? 0
                    : 1;
        }
        return count;
    }

    private void family(List<Hypothesis> family, int[] which) {
        for (Hypothesis hypothesis : family) {
            try {
                tried.put(hypothesis, likeness(hypothesis, which));
            } catch (InvalidInputException e) {
                note(hypothesis, e);
            }
            if (unexplained(which) == 0) {
                return;
            }
        }
    }

    /** Many limits and windows are possible, so two texts are asked first; the rest only where one of these comes near. */
    private void race(List<Hypothesis> family, int[] longest) {
        for (Hypothesis hypothesis : family) {
            try {
                Map<Integer, Double> first = likeness(hypothesis, last(longest, RACED));
                boolean promising = first.entrySet().stream().anyMatch(row -> near(row.getKey(), row.getValue()));
                tried.put(hypothesis, promising ? likeness(hypothesis, longest) : first);
            } catch (InvalidInputException e) {
                note(hypothesis, e);
            }
            if (unexplained(longest) == 0) {
                return;
            }
        }
    }

    private void note(Hypothesis hypothesis, InvalidInputException e) {
        String note = hypothesis.label() + " could not be tried: " + e.getMessage();
        if (!notes.contains(note)) {
            notes.add(note);
        }
    }

    private static int[] last(int[] rows, int count) {
        return Arrays.copyOfRange(rows, Math.max(0, rows.length - count), rows.length);
    }

    private Map<Integer, Double> likeness(Hypothesis hypothesis, int[] which) {
        Map<Integer, Double> likeness = new HashMap<>();
        float[][] vectors = hypothesis.maker().vectors(sample.rows(which));
        for (int k = 0; k < vectors.length; k++) {
            likeness.put(which[k], Rows.cosine(sample.stored()[which[k]], frame.predicted(vectors[k])));
        }
        return likeness;
    }

    /** From the best round limit of each unit towards the limit itself, by halving steps. */
    private void refine(Hypotheses hypotheses, int[] longest, int longestText) {
        int[] raced = last(longest, RACED);
        for (Unit unit : Unit.values()) {
            if (unexplained(longest) > 0) {
                refine(hypotheses, unit, longest, unit == Unit.TOKENS ? longestText : Integer.MAX_VALUE, raced);
            }
        }
    }

    private void refine(Hypotheses hypotheses, Unit unit, int[] longest, int most, int[] raced) {
        int best = 0;
        double own = mean(sample::cosine, raced);
        double nearest = own;
        for (Map.Entry<Hypothesis, Map<Integer, Double>> entry : tried.entrySet()) {
            double mean = mean(entry, raced);
            int limit = entry.getKey().size(AuditCause.CUT, unit);
            if (limit > 0 && mean > nearest) {
                nearest = mean;
                best = limit;
            }
        }
        if (1 - nearest > PROMISING * (1 - own)) {
            return;
        }
        int from = best;
        int step = Math.max(1, best / 4);
        while (best > 0 && step >= 1 && nearest < sample.match()) {
            int before = best;
            for (int limit : new int[] {before - step, before + step}) {
                if (limit > 2 && limit < most) {
                    Map<Integer, Double> likeness = likeness(hypotheses.cut(unit, limit), raced);
                    double mean = mean(i -> likeness.getOrDefault(i, 0.0), raced);
                    if (mean > nearest) {
                        nearest = mean;
                        best = limit;
                    }
                }
            }
            step = best == before ? step / 2 : step;
        }
        if (best != from) {
            Hypothesis fitted = hypotheses.cut(unit, best);
            race(List.of(fitted), longest);
            // some limit explains any text that was shorter once; a cut explains the others, too
            Map<Integer, Double> likeness = tried.getOrDefault(fitted, Map.of());
            double exact = count(likeness, (i, cosine) -> cosine >= sample.match());
            double close = count(likeness, this::near);
            if (exact < Math.max(2, longest.length / 2.0) && close < MOST * longest.length) {
                tried.remove(fitted);
            }
        }
    }

    private interface Close {
        boolean holds(int i, double cosine);
    }

    private static long count(Map<Integer, Double> likeness, Close close) {
        return likeness.entrySet().stream().filter(row -> close.holds(row.getKey(), row.getValue())).count();
    }

    /** Of the splits that come nearest, a window of each unit: with overlap. */
    private void overlap(Hypotheses hypotheses, int[] longest) {
        int[] raced = last(longest, RACED);
        double own = mean(sample::cosine, raced);
        for (Unit unit : Unit.values()) {
            Map.Entry<Hypothesis, Map<Integer, Double>> best = null;
            for (Map.Entry<Hypothesis, Map<Integer, Double>> entry : tried.entrySet()) {
                boolean nearer = best == null || mean(entry, raced) > mean(best, raced);
                best = entry.getKey().size(AuditCause.SPLIT, unit) > 0 && nearer ? entry : best;
            }
            if (best != null && 1 - mean(best, raced) <= PROMISING * (1 - own) && unexplained(longest) > 0) {
                race(hypotheses.overlapping(unit, best.getKey().size(AuditCause.SPLIT, unit)), longest);
            }
        }
    }

    private static double mean(Map.Entry<Hypothesis, Map<Integer, Double>> entry, int[] which) {
        return mean(i -> entry.getValue().getOrDefault(i, 0.0), which);
    }

    private interface Value {
        double of(int i);
    }

    private static double mean(Value value, int[] which) {
        return Arrays.stream(which).mapToDouble(value::of).average().orElse(0);
    }

    private List<Hypothesis> cover() {
        List<Hypothesis> winners = new ArrayList<>();
        while (true) {
            Hypothesis best = null;
            int most = 0;
            for (Map.Entry<Hypothesis, Map<Integer, Double>> entry : tried.entrySet()) {
                int count = 0;
                for (Map.Entry<Integer, Double> row : entry.getValue().entrySet()) {
                    count += row.getValue() >= sample.match() && !sample.explained().containsKey(row.getKey()) ? 1 : 0;
                }
                if (count > most) {
                    most = count;
                    best = entry.getKey();
                }
            }
            if (best == null) {
                return winners;
            }
            if (coincidence(best)) {
                tried.remove(best);
            } else {
                winners.add(best);
                assign(best, sample.match());
            }
        }
    }

    /** Among many limits one is that of a text that was shorter once; a cut, where it was made, explains more of what is open. */
    private boolean coincidence(Hypothesis best) {
        int[] open = sample.open();
        return best.cause() == AuditCause.CUT
                && open.length >= FEW
                && count(likeness(best, open), (i, cosine) -> cosine >= sample.match()) < Math.max(2, 0.1 * open.length);
    }

    /** Rows that were not probed are asked, too. */
    private void assign(Hypothesis winner, double least) {
        int[] open = sample.open();
        if (open.length > 0) {
            // where most are near, the others are of the same cause when it brings them nearer: their windows end elsewhere;
            // where all long texts differ and no short one does, a little nearer is enough, for no other cause chooses by length
            double nearEnough = sample.onlyLongOnesAreWrong() ? 1 : PROMISING;
            likeness(winner, open).forEach((i, cosine) -> {
                boolean nearer = 1 - cosine < nearEnough * (1 - sample.cosine(i));
                if (least < sample.match() ? near(i, cosine) || nearer : cosine >= least) {
                    sample.explain(i, new Sample.Explained(winner.cause(), winner.label(), cosine));
                }
            });
        }
    }

    private boolean near(int i, double cosine) {
        return cosine >= NEAR && 1 - cosine <= NEAR_SHARE * (1 - sample.cosine(i));
    }

    /** Splitting and cutting leave free numbers (where windows end, how far they overlap), so that near is good enough. */
    private List<Hypothesis> near(int[] longest) {
        int[] open = Arrays.stream(longest).filter(i -> !sample.explained().containsKey(i)).toArray();
        Hypothesis best = null;
        double most = 0;
        for (Map.Entry<Hypothesis, Map<Integer, Double>> entry : tried.entrySet()) {
            if (entry.getKey().cause() != AuditCause.CUT && entry.getKey().cause() != AuditCause.SPLIT) {
                continue;
            }
            double mean = mean(i -> entry.getValue().getOrDefault(i, 0.0), open);
            long close = Arrays.stream(open).filter(i -> near(i, entry.getValue().getOrDefault(i, 0.0))).count();
            if (open.length > 0 && close >= MOST * open.length && mean > most) {
                most = mean;
                best = entry.getKey();
            }
        }
        if (best == null) {
            return List.of();
        }
        Hypothesis about = new Hypothesis(best.cause(), "about as " + best.label(), best.maker());
        assign(about, NEAR);
        return List.of(about);
    }
}
