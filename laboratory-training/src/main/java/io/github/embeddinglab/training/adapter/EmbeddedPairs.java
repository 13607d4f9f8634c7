package io.github.embeddinglab.training.adapter;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.training.data.NormalizedText;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.vectors.FloatMatrix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Queries and documents as unit vectors of a frozen model, and which rows pair them.
 *
 * @param set the rows: pairs, or triplets
 * @param queries one row a row of the set
 * @param documents one row for each different document, negatives included, then further ones
 * @param places for each row of the set: the places of its document and negatives
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record EmbeddedPairs(TrainingSet set, FloatMatrix queries, FloatMatrix documents, List<int[]> places) {
    /** Copies the list. */
    public EmbeddedPairs {
        places = List.copyOf(places);
    }

    /**
     * Embeds rows by the roles of their texts, each different text once.
     *
     * @param set pairs or triplets
     * @param more further documents, which a ranking of the selection part has as distractors; may be empty
     * @param model stays the caller's to close
     * @param progress told of texts
     * @return unit vectors
     * @throws InvalidInputException when the form is another
     */
    public static EmbeddedPairs embed(TrainingSet set, List<String> more, Embedder model, Progress.Listener progress) {
        if (set.form() != Form.PAIRS && set.form() != Form.TRIPLETS) {
            throw new InvalidInputException("an adapter is trained on pairs or triplets, but " + set.name() + " holds " + set.form().words()
                    + "; give rows of query and document");
        }
        Map<String, Integer> queries = new LinkedHashMap<>();
        Map<String, Integer> documents = new LinkedHashMap<>();
        set.rows().forEach(row -> {
            queries.putIfAbsent(row.texts().get(0), queries.size());
            row.texts().stream().skip(1).forEach(text -> documents.putIfAbsent(text, documents.size()));
        });
        more.forEach(text -> documents.putIfAbsent(text, documents.size()));
        FloatMatrix asked = matrix(model, List.copyOf(queries.keySet()), Role.QUERY, progress);
        FloatMatrix found = matrix(model, List.copyOf(documents.keySet()), Role.DOCUMENT, progress);
        int[] order = new int[set.rows().size()];
        List<int[]> places = new ArrayList<>();
        for (int i = 0; i < order.length; i++) {
            List<String> texts = set.rows().get(i).texts();
            order[i] = Objects.requireNonNull(queries.get(texts.get(0)));
            places.add(texts.stream().skip(1).mapToInt(text -> Objects.requireNonNull(documents.get(text))).toArray());
        }
        return new EmbeddedPairs(set, Matrices.rows(asked, order), found, places);
    }

    private static FloatMatrix matrix(Embedder model, List<String> texts, Role role, Progress.Listener progress) {
        Embeddings embeddings = model.embed(texts, EmbedOptions.defaults().role(role).progress(progress));
        return FloatMatrix.of(embeddings.toArray(), embeddings.rows(), embeddings.dimensions()).normalized();
    }

    /** By row: the places of all documents that any row pairs with the same normalised query. */
    List<Set<Integer>> relevant() {
        Map<String, Set<Integer>> byQuery = new HashMap<>();
        for (int i = 0; i < places.size(); i++) {
            byQuery.computeIfAbsent(NormalizedText.of(set.rows().get(i).texts().get(0)), key -> new TreeSet<>())
                    .add(places.get(i)[0]);
        }
        return set.rows().stream()
                .map(row -> Objects.requireNonNull(byQuery.get(NormalizedText.of(row.texts().get(0)))))
                .toList();
    }
}
