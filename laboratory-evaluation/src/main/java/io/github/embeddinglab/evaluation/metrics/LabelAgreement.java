package io.github.embeddinglab.evaluation.metrics;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Measure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * How far two labellings of the same items agree, with names that mean the same (classification) or not (clustering).
 * From the table of joint counts; a sample costs O(n + distinct pairs of labels).
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class LabelAgreement {
    private final int items;
    private final int[] cell;
    private final int[] cellGold;
    private final int[] cellPredicted;
    private final int labels;

    private LabelAgreement(List<?> gold, List<?> predicted) {
        if (gold.size() != predicted.size()) {
            throw new InvalidInputException(gold.size() + " gold and " + predicted.size()
                    + " predicted labels do not belong together; give both for every item");
        }
        items = gold.size();
        cell = new int[items];
        Map<Object, Integer> names = new HashMap<>();
        Map<Long, Integer> cells = new HashMap<>();
        for (int i = 0; i < items; i++) {
            long row = names.computeIfAbsent(gold.get(i), name -> names.size());
            long column = names.computeIfAbsent(predicted.get(i), name -> names.size());
            cell[i] = cells.computeIfAbsent(row << Integer.SIZE | column, pair -> cells.size());
        }
        labels = names.size();
        cellGold = new int[cells.size()];
        cellPredicted = new int[cells.size()];
        cells.forEach((pair, index) -> {
            cellGold[index] = (int) (pair >>> Integer.SIZE);
            cellPredicted[index] = (int) (long) pair;
        });
    }

    /**
     * Prepares the figures.
     *
     * @param gold the true label of each item; any objects with equals
     * @param predicted the found label or cluster of each item
     * @return the agreement
     * @throws InvalidInputException when lengths differ
     */
    public static LabelAgreement of(List<?> gold, List<?> predicted) {
        return new LabelAgreement(gold, predicted);
    }

    /**
     * Share of items with the same label.
     *
     * @return a measure
     */
    public Measure accuracy() {
        return measure(Table::accuracy);
    }

    /**
     * Mean F1 of the labels that occur on either side; a label that is never hit has 0.
     *
     * @return a measure
     */
    public Measure macroF1() {
        return measure(table -> table.f1(false));
    }

    /**
     * F1 of the labels, weighted by how often each is the gold label.
     *
     * @return a measure
     */
    public Measure weightedF1() {
        return measure(table -> table.f1(true));
    }

    /**
     * V-measure, the harmonic mean of homogeneity and completeness (Rosenberg and Hirschberg 2007); equal to the
     * normalised mutual information with arithmetic mean.
     *
     * @return a measure
     */
    public Measure vMeasure() {
        return measure(Table::vMeasure);
    }

    /**
     * Mutual information by the arithmetic mean of both entropies; 1 where both have one label only.
     *
     * @return a measure
     */
    public Measure normalizedMutualInformation() {
        return measure(Table::normalizedMutualInformation);
    }

    /**
     * Rand index, adjusted for chance (Hubert and Arabie 1985).
     *
     * @return a measure
     */
    public Measure adjustedRand() {
        return measure(Table::adjustedRand);
    }

    private Measure measure(ToDoubleFunction<Table> figure) {
        return new OfTable(figure);
    }

    private final class OfTable implements Measure {
        private final ToDoubleFunction<Table> figure;

        OfTable(ToDoubleFunction<Table> figure) {
            this.figure = figure;
        }

        @Override
        public int units() {
            return items;
        }

        @Override
        public double on(int[] counts) {
            return figure.applyAsDouble(new Table(counts));
        }
    }

    /** Joint and marginal counts of one sample. */
    private final class Table {
        private final long[] joint = new long[cellGold.length];
        private final long[] gold = new long[labels];
        private final long[] predicted = new long[labels];
        private long size;

        Table(int[] counts) {
            for (int i = 0; i < items; i++) {
                joint[cell[i]] += counts[i];
                size += counts[i];
            }
            for (int c = 0; c < joint.length; c++) {
                gold[cellGold[c]] += joint[c];
                predicted[cellPredicted[c]] += joint[c];
            }
        }

        double accuracy() {
            long hits = 0;
            for (int c = 0; c < joint.length; c++) {
                hits += cellGold[c] == cellPredicted[c] ? joint[c] : 0;
            }
            return (double) hits / size;
        }

        double f1(boolean weighted) {
            double[] f1 = new double[labels];
            for (int c = 0; c < joint.length; c++) {
                if (cellGold[c] == cellPredicted[c] && joint[c] > 0) {
                    int label = cellGold[c];
                    f1[label] = 2.0 * joint[c] / (gold[label] + predicted[label]);
                }
            }
            double sum = 0;
            double weights = 0;
            for (int label = 0; label < labels; label++) {
                double weight = weighted ? gold[label] : gold[label] + predicted[label] > 0 ? 1 : 0;
                sum += weight * f1[label];
                weights += weight;
            }
            return sum / weights;
        }

        private double entropy(long[] counts) {
            double sum = 0;
            for (long count : counts) {
                if (count > 0) {
                    sum -= (double) count / size * Math.log((double) count / size);
                }
            }
            return sum;
        }

        private double mutualInformation() {
            double sum = 0;
            for (int c = 0; c < joint.length; c++) {
                if (joint[c] > 0) {
                    double expected = (double) gold[cellGold[c]] * predicted[cellPredicted[c]] / size;
                    sum += (double) joint[c] / size * Math.log(joint[c] / expected);
                }
            }
            return Math.max(0, sum);
        }

        double vMeasure() {
            double information = mutualInformation();
            double ofGold = entropy(gold);
            double ofPredicted = entropy(predicted);
            double homogeneity = ofGold == 0 ? 1 : information / ofGold;
            double completeness = ofPredicted == 0 ? 1 : information / ofPredicted;
            double sum = homogeneity + completeness;
            return sum == 0 ? 0 : 2 * homogeneity * completeness / sum;
        }

        double normalizedMutualInformation() {
            double mean = (entropy(gold) + entropy(predicted)) / 2;
            return mean == 0 ? 1 : mutualInformation() / mean;
        }

        double adjustedRand() {
            double both = 0;
            double inGold = 0;
            double inPredicted = 0;
            for (long count : joint) {
                both += pairs(count);
            }
            for (int label = 0; label < labels; label++) {
                inGold += pairs(gold[label]);
                inPredicted += pairs(predicted[label]);
            }
            double expected = inGold * inPredicted / pairs(size);
            double most = (inGold + inPredicted) / 2;
            return most == expected || size < 2 ? 1 : (both - expected) / (most - expected);
        }

        private double pairs(long count) {
            return count * (count - 1.0) / 2;
        }
    }
}
