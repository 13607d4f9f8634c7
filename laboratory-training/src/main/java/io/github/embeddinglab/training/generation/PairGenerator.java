package io.github.embeddinglab.training.generation;

import java.util.List;
import java.util.SplittableRandom;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Makes queries for a document. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface PairGenerator {
    /**
     * Its name, as in {@code title}.
     *
     * @return stands in reports, and is part of the random key
     */
    String name();

    /**
     * Makes pairs of one document.
     *
     * @param corpus all documents
     * @param document the place of the one that is asked for
     * @param random keyed by seed, generator and document
     * @return queries with what answers them; none where the document offers none
     */
    List<Pair> pairs(Corpus corpus, int document, SplittableRandom random);

    /**
     * A query and a text that answers it.
     *
     * @param query as a user would ask
     * @param document the document or a part of it
     */
    record Pair(String query, String document) {}
}
