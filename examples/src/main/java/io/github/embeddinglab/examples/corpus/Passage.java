package io.github.embeddinglab.examples.corpus;

import io.github.embeddinglab.api.InvalidInputException;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A piece of a Javadoc description, short enough to be embedded whole.
 *
 * @param id unique in the corpus and stable between runs: library, qualified name, member, and from the second piece of one
 *     description on its number, as in {@code lucene-core/org.apache.lucene.index.IndexWriter#forceMerge(int)/2}
 * @param title what the text describes, as in {@code IndexWriter.forceMerge}
 * @param text plain text on one line: no tags, no entities, single blanks
 * @param location jar file, page and anchor, as in {@code lucene-core-9.12.3-javadoc.jar!/org/…/IndexWriter.html#forceMerge(int)}
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Passage(String id, String title, String text, String location) {

    /**
     * Checks that nothing is blank.
     *
     * @throws InvalidInputException if a part is blank
     */
    public Passage {
        if (id.isBlank() || title.isBlank() || text.isBlank() || location.isBlank()) {
            throw new InvalidInputException("passage '" + id + "' of '" + location + "' lacks its id, title, text or location; give all four");
        }
    }

    /**
     * Title and text as one line, the form to embed where titles carry meaning.
     *
     * @return the title, a blank, the text
     */
    public String titledText() {
        return title + " " + text;
    }
}
