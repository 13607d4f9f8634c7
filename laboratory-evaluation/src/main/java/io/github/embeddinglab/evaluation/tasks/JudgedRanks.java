package io.github.embeddinglab.evaluation.tasks;

import io.github.embeddinglab.evaluation.data.RetrievalSet;
import io.github.embeddinglab.evaluation.metrics.DocumentOrder;
import io.github.embeddinglab.evaluation.metrics.RankedQuery;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The exact ranks of relevant documents among all documents, counted instead of sorted: O(n log r) a query. Documents stand
 * in trec_eval's order of ties, so of equal scores the lower row comes first.
 */
final class JudgedRanks {
    private final List<String> documents;
    private final Map<String, Integer> rows = new HashMap<>();
    private final List<String> queries;
    private final RetrievalSet set;

    JudgedRanks(RetrievalSet set) {
        this.set = set;
        documents = set.documents().keySet().stream().sorted(DocumentOrder.DESCENDING).toList();
        for (int row = 0; row < documents.size(); row++) {
            rows.put(documents.get(row), row);
        }
        queries = List.copyOf(set.judgements().keySet());
    }

    List<String> documentIds() {
        return documents;
    }

    List<String> documentTexts() {
        return documents.stream().map(id -> set.documents().getOrDefault(id, "")).toList();
    }

    /** Judged queries only. */
    List<String> queryTexts() {
        return queries.stream().map(id -> set.queries().getOrDefault(id, "")).toList();
    }

    private record Relevant(float score, int row, int grade) {
        boolean after(float other, int otherRow) {
            return other > score || (other == score && otherRow < row);
        }
    }

    /** Ranks one query; a document counts as found when its score is above a floor. */
    RankedQuery rank(int query, float[] scores, int offset, float floor) {
        Map<String, Integer> judged = set.judgements().getOrDefault(queries.get(query), Map.of());
        List<Relevant> relevant = new ArrayList<>();
        judged.forEach((id, grade) -> {
            Integer row = rows.get(id);
            if (grade > 0 && row != null && scores[offset + row] > floor) {
                relevant.add(new Relevant(scores[offset + row], row, grade));
            }
        });
        relevant.sort(Comparator.comparing(Relevant::score).reversed().thenComparing(Relevant::row));
        int[] before = new int[relevant.size() + 1];
        for (int row = 0; row < documents.size(); row++) {
            float score = scores[offset + row];
            int low = 0;
            int high = relevant.size();
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (relevant.get(middle).after(score, row)) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            before[low]++;
        }
        int[] ranks = new int[relevant.size()];
        int[] grades = new int[relevant.size()];
        int sum = 0;
        for (int i = 0; i < ranks.length; i++) {
            sum += before[i];
            // a relevant document itself was counted before its successors
            ranks[i] = sum + 1;
            grades[i] = relevant.get(i).grade();
        }
        return RankedQuery.ofRanks(
                ranks, grades, judged.values().stream().mapToInt(Integer::intValue).toArray());
    }
}
