package io.github.embeddinglab.evaluation.statistics;

import io.github.embeddinglab.api.Difference;
import io.github.embeddinglab.api.Measure;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.evaluation.metrics.Correlation;
import io.github.embeddinglab.evaluation.metrics.MeanMeasure;
import io.github.embeddinglab.evaluation.metrics.RankedQuery;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/** Data sets drawn from a known truth, and how often an interval covers it. */
final class Simulation {
    private static final double RHO = 0.6;

    private Simulation() {}

    /** A kind of data set and the figure's true value. */
    record Truth(String name, double value, Function<Random, Measure> draw) {}

    /** A skewed mean: exponential with mean 1. */
    static Truth mean(int n) {
        return new Truth("mean of " + n + " exponential values", 1, random -> {
            double[] values = new double[n];
            for (int i = 0; i < n; i++) {
                values[i] = -Math.log(1 - random.nextDouble());
            }
            return MeanMeasure.of(values);
        });
    }

    /** Spearman of a bivariate normal, whose true value is 6 / pi * asin(rho / 2). */
    static Truth spearman(int n) {
        return new Truth("Spearman of " + n + " normal pairs", 6 / Math.PI * Math.asin(RHO / 2), random -> {
            double[] x = new double[n];
            double[] y = new double[n];
            for (int i = 0; i < n; i++) {
                x[i] = random.nextGaussian();
                y[i] = RHO * x[i] + Math.sqrt(1 - RHO * RHO) * random.nextGaussian();
            }
            return Correlation.spearman(x, y);
        });
    }

    /** nDCG@10 over queries of unequal difficulty; the true value from a million queries. */
    static Truth ndcg(int n) {
        Random far = new Random(99);
        double sum = 0;
        int many = 1_000_000;
        for (int i = 0; i < many; i++) {
            sum += query(far, 0);
        }
        return new Truth("nDCG@10 of " + n + " queries", sum / many, random -> MeanMeasure.of(queries(random, n, 0)));
    }

    static double[] queries(Random random, int n, double help) {
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = query(random, help);
        }
        return values;
    }

    /** One query over 30 documents, three of them relevant, whose scores are lifted by the query's ease. */
    private static double query(Random random, double help) {
        int[] grades = {3, 2, 1};
        double ease = 0.6 + random.nextGaussian() + help;
        double[] lifted = new double[grades.length];
        for (int i = 0; i < grades.length; i++) {
            lifted[i] = random.nextGaussian() + ease;
        }
        int[] ranking = new int[30];
        int[] ranks = new int[grades.length];
        double[] others = new double[27];
        for (int i = 0; i < others.length; i++) {
            others[i] = random.nextGaussian();
        }
        for (int i = 0; i < grades.length; i++) {
            for (double other : others) {
                ranks[i] += other > lifted[i] ? 1 : 0;
            }
            for (double other : lifted) {
                ranks[i] += other > lifted[i] ? 1 : 0;
            }
            ranking[ranks[i]] = grades[i];
        }
        return RankedQuery.of(ranking, grades).ndcg(10);
    }

    /** Share of data sets whose interval holds the truth. */
    static double coverage(Truth truth, int sets, Sampling sampling, Bootstrap.Kind kind) {
        int covered = 0;
        for (int set = 0; set < sets; set++) {
            Measure measure = truth.draw().apply(new Random(1000L + set));
            Score score = Bootstrap.intervals(Map.of("x", measure), sampling.withSeed(set), kind)
                    .getOrDefault("x", new Score(0, 0, 0));
            covered += score.low() <= truth.value() && truth.value() <= score.high() ? 1 : 0;
        }
        return (double) covered / sets;
    }

    /** Share of pairs of models for which a difference is shown, the second being better by help. */
    static double rejections(int queries, double help, int sets, Sampling sampling) {
        int shown = 0;
        for (int set = 0; set < sets; set++) {
            Difference difference = pair(queries, help, set, sampling);
            shown += difference.tests().randomisation() < difference.tests().level() ? 1 : 0;
        }
        return (double) shown / sets;
    }

    private static Difference pair(int queries, double help, int set, Sampling sampling) {
        double[][] values = values(queries, help, set);
        return PairedTest.compare("ndcg@10", MeanMeasure.of(values[0]), MeanMeasure.of(values[1]), sampling.withSeed(set));
    }

    static double[][] values(int queries, double help, int set) {
        Random random = new Random(5000L + set);
        return new double[][] {queries(random, queries, 0), queries(random, queries, help)};
    }
}
