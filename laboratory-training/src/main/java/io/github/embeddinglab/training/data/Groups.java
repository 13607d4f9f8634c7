package io.github.embeddinglab.training.data;

import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows that must stay together: of one group, or sharing a normalised query or document, and whatever those share. Union and
 * find with path halving; O(n) but for the texts. Negatives do not count: mined from one corpus, they would join everything.
 */
final class Groups {
    private static final int PAIR = 2;

    private final int[] parents;

    private Groups(int size) {
        parents = new int[size];
        for (int i = 0; i < size; i++) {
            parents[i] = i;
        }
    }

    /** The groups, each the places of its rows, in the order of their first rows. */
    static List<List<Integer>> of(TrainingSet set) {
        List<TrainingRow> rows = set.rows();
        Groups groups = new Groups(rows.size());
        Map<String, Integer> byGroup = new HashMap<>();
        Map<String, Integer> byText = new HashMap<>();
        for (int i = 0; i < rows.size(); i++) {
            TrainingRow row = rows.get(i);
            if (!row.group().isEmpty()) {
                groups.join(i, byGroup, row.group());
            }
            // a title, as "Overview", is no sign of a shared document
            int first = set.form() == Form.DOCUMENTS ? 1 : 0;
            for (int text = first; text < Math.min(PAIR, row.texts().size()); text++) {
                groups.join(i, byText, NormalizedText.of(row.texts().get(text)));
            }
        }
        Map<Integer, List<Integer>> members = new LinkedHashMap<>();
        for (int i = 0; i < rows.size(); i++) {
            members.computeIfAbsent(groups.root(i), root -> new ArrayList<>()).add(i);
        }
        return List.copyOf(members.values());
    }

    private void join(int row, Map<String, Integer> seen, String key) {
        Integer before = seen.putIfAbsent(key, row);
        if (before != null) {
            int one = root(before);
            int other = root(row);
            parents[Math.max(one, other)] = Math.min(one, other);
        }
    }

    private int root(int row) {
        int at = row;
        while (parents[at] != at) {
            parents[at] = parents[parents[at]];
            at = parents[at];
        }
        return at;
    }
}
