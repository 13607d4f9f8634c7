package io.github.embeddinglab.evaluation.calibration;

import java.util.List;

/** Hits of several queries in a row, the best of each first. */
@SuppressWarnings("ArrayRecordComponent")
record HitsOf(double[] scores, boolean[] relevant) {
    /** Hits of one query, by falling score. */
    @SuppressWarnings("ArrayRecordComponent")
    record Query(double[] scores, boolean[] relevant, boolean answerable) {}

    HitsOf(List<Query> queries, int most) {
        this(new double[count(queries, most)], new boolean[count(queries, most)]);
        int at = 0;
        for (Query query : queries) {
            int taken = Math.min(most, query.scores().length);
            System.arraycopy(query.scores(), 0, scores, at, taken);
            System.arraycopy(query.relevant(), 0, relevant, at, taken);
            at += taken;
        }
    }

    private static int count(List<Query> queries, int most) {
        return queries.stream().mapToInt(query -> Math.min(most, query.scores().length)).sum();
    }

    /** How many have this score or a higher one. */
    int from(double least) {
        int n = 0;
        for (double score : scores) {
            n += score >= least ? 1 : 0;
        }
        return n;
    }

    /** The share of these that is relevant; NaN where there is none. */
    double precision(double least) {
        int good = 0;
        for (int i = 0; i < scores.length; i++) {
            good += scores[i] >= least && relevant[i] ? 1 : 0;
        }
        return (double) good / from(least);
    }
}
