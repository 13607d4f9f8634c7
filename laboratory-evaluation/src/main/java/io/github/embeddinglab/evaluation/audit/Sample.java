package io.github.embeddinglab.evaluation.audit;

import io.github.embeddinglab.api.AuditCause;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rows that were embedded again, and what is known of each. */
final class Sample {
    /**
     * Why a row is as it is.
     *
     * @param cause what went wrong
     * @param label one phrase
     * @param cosine to the predicted vector, NaN where none is predicted
     */
    record Explained(AuditCause cause, String label, double cosine) {}

    private final int[] rows;
    private final int[] tokens;
    private final float[][] stored;
    private final float[][] model;
    private final double match;
    private final Map<Integer, Explained> explained = new HashMap<>();

    /**
     * Compares.
     *
     * @param rows of the store
     * @param tokens of each text, before it is cut
     * @param stored framed rows of the store
     * @param model framed vectors of the model
     * @param match cosine from which they agree
     */
    Sample(int[] rows, int[] tokens, float[][] stored, float[][] model, double match) {
        this.rows = rows;
        this.tokens = tokens;
        this.stored = stored;
        this.model = model;
        this.match = match;
    }

    int size() {
        return rows.length;
    }

    double share(int count) {
        return (double) count / rows.length;
    }

    int row(int i) {
        return rows[i];
    }

    int[] rows(int[] which) {
        int[] some = new int[which.length];
        for (int i = 0; i < some.length; i++) {
            some[i] = rows[which[i]];
        }
        return some;
    }

    int tokens(int i) {
        return tokens[i];
    }

    float[][] stored() {
        return stored;
    }

    float[][] model() {
        return model;
    }

    double match() {
        return match;
    }

    double cosine(int i) {
        return Rows.cosine(stored[i], model[i]);
    }

    boolean right(int i) {
        return cosine(i) >= match;
    }

    /** Rows that are not the model's. */
    int[] wrong() {
        return some(false);
    }

    /** Rows that are not the model's and that nothing explains yet. */
    int[] open() {
        return some(true);
    }

    private int[] some(boolean unexplained) {
        List<Integer> list = new ArrayList<>();
        for (int i = 0; i < rows.length; i++) {
            if (!right(i) && !(unexplained && explained.containsKey(i))) {
                list.add(i);
            }
        }
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    void explain(int i, Explained why) {
        explained.put(i, why);
    }

    Map<Integer, Explained> explained() {
        return explained;
    }

    /** Up to a number of open rows, spread over the shorter half of the texts, which cost less and tell as much. */
    int[] probe(int most) {
        int[] byLength = byLength(open());
        int shorter = Math.max(most, byLength.length / 2);
        if (byLength.length <= most) {
            return byLength;
        }
        int[] probe = new int[most];
        for (int i = 0; i < most; i++) {
            probe[i] = byLength[(int) ((long) i * (shorter - 1) / (most - 1))];
        }
        return probe;
    }

    /** Up to a number of open rows, the longest texts. */
    int[] longest(int most) {
        int[] byLength = byLength(open());
        int from = Math.max(0, byLength.length - most);
        return java.util.Arrays.copyOfRange(byLength, from, byLength.length);
    }

    private int[] byLength(int[] which) {
        return java.util.Arrays.stream(which)
                .boxed()
                .sorted(Comparator.comparingInt(i -> tokens[i]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Whether every text that is right is shorter than nearly every text that is not: the mark of cutting and splitting. */
    boolean onlyLongOnesAreWrong() {
        int longestRight = 0;
        for (int i = 0; i < rows.length; i++) {
            longestRight = right(i) ? Math.max(longestRight, tokens[i]) : longestRight;
        }
        int longer = 0;
        int[] open = open();
        for (int i : open) {
            longer += tokens[i] >= longestRight ? 1 : 0;
        }
        return longestRight > 0 && longer >= 0.8 * open.length;
    }
}
