package io.github.embeddinglab.evaluation.metrics;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.Arrays;

/** A column of numbers, sorted once; of equal numbers the earlier row comes first. */
final class SortedColumn {
    private final double[] values;
    /** Rows in ascending order of their values. */
    final int[] order;
    /** For each place of the order, whether the next place holds another value. */
    final boolean[] last;

    SortedColumn(String name, double[] given) {
        values = given.clone();
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                throw new InvalidInputException(
                        "row " + i + " of " + name + " is " + values[i] + "; every row must be a finite number");
            }
            values[i] += 0.0; // -0.0 becomes 0.0
        }
        Integer[] boxed = new Integer[values.length];
        Arrays.setAll(boxed, i -> i);
        Arrays.sort(boxed, (a, b) -> Double.compare(values[a], values[b]));
        order = new int[boxed.length];
        last = new boolean[boxed.length];
        for (int place = 0; place < order.length; place++) {
            order[place] = boxed[place];
            last[place] = place + 1 == order.length || values[boxed[place]] != values[boxed[place + 1]];
        }
    }

    int size() {
        return values.length;
    }

    double value(int row) {
        return values[row];
    }

    /** Average ranks, from 1, in a sample; rows with count 0 get a number that means nothing. */
    double[] ranks(int[] counts) {
        double[] ranks = new double[order.length];
        long before = 0;
        int start = 0;
        long tied = 0;
        for (int place = 0; place < order.length; place++) {
            tied += counts[order[place]];
            if (last[place]) {
                double rank = before + (tied + 1) / 2.0;
                for (int i = start; i <= place; i++) {
                    ranks[order[i]] = rank;
                }
                before += tied;
                tied = 0;
                start = place + 1;
            }
        }
        return ranks;
    }
}
