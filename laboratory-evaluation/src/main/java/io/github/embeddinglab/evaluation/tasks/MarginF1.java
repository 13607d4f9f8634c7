package io.github.embeddinglab.evaluation.tasks;

import io.github.embeddinglab.api.Measure;
import io.github.embeddinglab.vectors.FloatMatrix;
import io.github.embeddinglab.vectors.TopK;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** F1 of extracted pairs at the best threshold of the ratio margin. Units are source sentences. */
final class MarginF1 implements Measure {
    private final int[] order;
    private final boolean[] right;
    private final boolean[] last;
    private final int units;

    private record Candidate(int source, int target, double margin) {}

    private MarginF1(List<Candidate> extracted, int units) {
        this.units = units;
        order = new int[extracted.size()];
        right = new boolean[order.length];
        last = new boolean[order.length];
        for (int i = 0; i < order.length; i++) {
            Candidate candidate = extracted.get(i);
            order[i] = candidate.source();
            right[i] = candidate.source() == candidate.target();
            last[i] = i + 1 == order.length || extracted.get(i + 1).margin() < candidate.margin();
        }
    }

    static MarginF1 of(FloatMatrix sources, FloatMatrix targets, TopK forward, TopK backward) {
        double[] ofSources = means(forward);
        double[] ofTargets = means(backward);
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < forward.queries(); i++) {
            best(forward, i, ofSources[i], ofTargets, candidates, false);
        }
        for (int i = 0; i < backward.queries(); i++) {
            best(backward, i, ofTargets[i], ofSources, candidates, true);
        }
        candidates.sort(Comparator.comparingDouble(Candidate::margin)
                .reversed()
                .thenComparingInt(Candidate::source)
                .thenComparingInt(Candidate::target));
        boolean[] usedSource = new boolean[sources.rows()];
        boolean[] usedTarget = new boolean[targets.rows()];
        List<Candidate> extracted = new ArrayList<>();
        for (Candidate candidate : candidates) {
            if (!usedSource[candidate.source()] && !usedTarget[candidate.target()]) {
                usedSource[candidate.source()] = true;
                usedTarget[candidate.target()] = true;
                extracted.add(candidate);
            }
        }
        return new MarginF1(extracted, sources.rows());
    }

    private static void best(
            TopK neighbours, int row, double own, double[] others, List<Candidate> candidates, boolean swapped) {
        int best = -1;
        double margin = Double.NEGATIVE_INFINITY;
        for (int rank = 0; rank < neighbours.k(); rank++) {
            int other = neighbours.id(row, rank);
            double ratio = neighbours.score(row, rank) / ((own + others[other]) / 2);
            if (ratio > margin) {
                margin = ratio;
                best = other;
            }
        }
        if (best >= 0) {
            candidates.add(swapped ? new Candidate(best, row, margin) : new Candidate(row, best, margin));
        }
    }

    private static double[] means(TopK neighbours) {
        double[] means = new double[neighbours.queries()];
        for (int i = 0; i < means.length; i++) {
            for (int rank = 0; rank < neighbours.k(); rank++) {
                means[i] += (double) neighbours.score(i, rank) / neighbours.k();
            }
        }
        return means;
    }

    @Override
    public int units() {
        return units;
    }

    @Override
    public double on(int[] counts) {
        long gold = 0;
        for (int count : counts) {
            gold += count;
        }
        long extracted = 0;
        long hits = 0;
        double best = 0;
        for (int i = 0; i < order.length; i++) {
            extracted += counts[order[i]];
            hits += right[i] ? counts[order[i]] : 0;
            if (last[i]) {
                best = Math.max(best, 2.0 * hits / (extracted + gold));
            }
        }
        return best;
    }
}
