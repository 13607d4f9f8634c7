package io.github.embeddinglab.training.data;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.DataReport;
import io.github.embeddinglab.api.training.TrainingRow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Three disjoint parts: training; selection, for early stopping and settings; gate, which is read once at the end. No two
 * parts share a group, a normalised query or a normalised document.
 *
 * @param training most of the rows
 * @param selection chooses among checkpoints
 * @param gate judges the result
 * @param report what was found
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record DataParts(TrainingSet training, TrainingSet selection, TrainingSet gate, DataReport report) {
    /**
     * How much goes where.
     *
     * @param selection share of the rows, from 0 (exclusive) on
     * @param gate share of the rows, from 0 (exclusive) on
     */
    public record Shares(double selection, double gate) {
        /**
         * Checks.
         *
         * @throws InvalidInputException when a share is not positive or nothing is left for training
         */
        public Shares {
            if (!(selection > 0 && gate > 0 && selection + gate < 1)) {
                throw new InvalidInputException("the shares of selection and gate are " + selection + " and " + gate
                        + "; both must be above 0 and their sum below 1");
            }
        }

        /**
         * A tenth for the selection, a fifth for the gate, which needs enough queries to show a gain.
         *
         * @return the shares
         */
        public static Shares defaults() {
            return new Shares(0.1, 0.2);
        }
    }

    /**
     * Splits rows. Groups are drawn in a random order and go to the gate, then to the selection, while they fit; what does
     * not fit is trained on. O(words).
     *
     * @param set all rows
     * @param shares of selection and gate
     * @param seed the same seed gives the same parts
     * @return parts that keep the order of the rows
     * @throws InvalidInputException when a part would be empty, as where one group holds almost all rows
     */
    public static DataParts split(TrainingSet set, Shares shares, long seed) {
        List<List<Integer>> groups = Groups.of(set);
        int rows = set.rows().size();
        int[] part = new int[rows];
        long[] room = {0, Math.round(shares.selection() * rows), Math.round(shares.gate() * rows)};
        for (int group : KeyedRandom.permutation(groups.size(), KeyedRandom.at(seed, groups.size()))) {
            List<Integer> members = groups.get(group);
            int to = members.size() <= room[2] ? 2 : members.size() <= room[1] ? 1 : 0;
            room[to] -= members.size();
            members.forEach(row -> part[row] = to);
        }
        List<List<TrainingRow>> chosen = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int row = 0; row < rows; row++) {
            chosen.get(part[row]).add(set.rows().get(row));
        }
        int largest = groups.stream().mapToInt(List::size).max().orElse(0);
        Map<String, Integer> sizes = new LinkedHashMap<>();
        List<String> names = List.of("training", "selection", "gate");
        for (int i = 0; i < names.size(); i++) {
            sizes.put(names.get(i), chosen.get(i).size());
            if (chosen.get(i).isEmpty()) {
                throw new InvalidInputException("training data " + set.name() + " with " + rows + " rows in " + groups.size()
                        + " groups, the largest of " + largest + " rows, leaves no row for " + names.get(i)
                        + "; give more rows, or data whose rows do not all share a group, a query or a document");
            }
        }
        DataParts parts = new DataParts(
                set.withRows(chosen.get(0)),
                set.withRows(chosen.get(1)),
                set.withRows(chosen.get(2)),
                DataReports.of(set));
        List<DataReport.Leak> leaks = new ArrayList<>(DataReports.leaks("selection", parts.training, parts.selection));
        leaks.addAll(DataReports.leaks("gate", parts.training, parts.gate));
        DataReport report = new DataReport(
                set.form(),
                parts.report.rows(),
                new DataReport.Parts(sizes, groups.size(), largest, leaks),
                set.notes());
        return new DataParts(parts.training, parts.selection, parts.gate, report);
    }
}
