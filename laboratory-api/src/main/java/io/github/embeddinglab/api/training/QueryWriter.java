package io.github.embeddinglab.api.training;

import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Writes queries that a document answers, as a language model does. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
@FunctionalInterface
public interface QueryWriter {
    /**
     * Writes queries.
     *
     * @param title of the document, may be empty
     * @param text its body
     * @return queries; none where the document offers none
     */
    List<String> queries(String title, String text);

    /**
     * Its name in records.
     *
     * @return the class's name, unless the writer says otherwise
     */
    default String name() {
        return getClass().getSimpleName().replaceAll("[/$].*", "");
    }
}
