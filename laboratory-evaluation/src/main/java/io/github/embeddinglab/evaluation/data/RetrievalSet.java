package io.github.embeddinglab.evaluation.data;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Documents, queries, and which documents answer which query.
 *
 * @param name of the data
 * @param documents text by id; title and text are joined already
 * @param queries text by id
 * @param judgements by query id: grade by document id; from 1 on a document is relevant
 * @param notes what was left out while reading, counted
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record RetrievalSet(
        String name,
        Map<String, String> documents,
        Map<String, String> queries,
        Map<String, Map<String, Integer>> judgements,
        List<String> notes) {
    /**
     * Copies and checks. Judgements of unknown queries or documents are counted in the notes; a judged document that the
     * corpus lacks stays in the ideal ranking, as in trec_eval.
     *
     * @throws InvalidInputException when there is no document, or no query that is judged
     */
    public RetrievalSet {
        documents = Collections.unmodifiableMap(new LinkedHashMap<>(documents));
        queries = Collections.unmodifiableMap(new LinkedHashMap<>(queries));
        Map<String, Map<String, Integer>> kept = new LinkedHashMap<>();
        int unknownQueries = 0;
        int unknownDocuments = 0;
        int without = 0;
        for (Map.Entry<String, Map<String, Integer>> entry : judgements.entrySet()) {
            if (!queries.containsKey(entry.getKey())) {
                unknownQueries++;
                continue;
            }
            for (String document : entry.getValue().keySet()) {
                unknownDocuments += documents.containsKey(document) ? 0 : 1;
            }
            if (entry.getValue().values().stream().noneMatch(grade -> grade > 0)) {
                without++;
            }
            kept.put(entry.getKey(), Collections.unmodifiableMap(new LinkedHashMap<>(entry.getValue())));
        }
        List<String> all = new ArrayList<>(notes);
        note(all, unknownQueries, "judged queries are not among the queries; they are left out");
        note(all, unknownDocuments, "judgements name a document that the corpus lacks; they count as not found");
        note(all, without, "judged queries have no relevant document; they count as 0");
        note(all, queries.size() - kept.size(), "queries have no judgement; they are left out");
        judgements = Collections.unmodifiableMap(kept);
        notes = List.copyOf(all);
        if (documents.isEmpty() || kept.isEmpty()) {
            throw new InvalidInputException("data " + name + " has " + documents.size() + " documents and " + kept.size()
                    + " judged queries; give at least one of each, and the same ids in queries and judgements");
        }
    }

    /**
     * A set made in memory.
     *
     * @param name of the data
     * @param documents text by id
     * @param queries text by id
     * @param judgements by query id: grade by document id
     * @return the set
     */
    public static RetrievalSet of(
            String name,
            Map<String, String> documents,
            Map<String, String> queries,
            Map<String, Map<String, Integer>> judgements) {
        return new RetrievalSet(name, documents, queries, judgements, List.of());
    }

    private static void note(List<String> notes, int count, String text) {
        if (count > 0) {
            notes.add(count + " " + text);
        }
    }
}
