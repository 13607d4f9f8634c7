package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What a text is to the model; chooses the prompt that is put in front of it.
 *
 * @param promptName name of the model's prompt, empty for {@link #NONE}
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Role(String promptName) {
    /** As the reference's {@code encode()}: the model's default prompt where it names one, else none. */
    public static final Role NONE = new Role("");

    /** A query of a search; a model without a query prompt treats it as {@link #NONE}. */
    public static final Role QUERY = new Role("query");

    /** A document to be found; a model without a document prompt treats it as {@link #NONE}. */
    public static final Role DOCUMENT = new Role("document");

    /**
     * Any prompt name of the model.
     *
     * @param name as {@code config_sentence_transformers.json} spells it; a name that the model lacks is an error when
     *     used
     * @return the role
     */
    public static Role prompt(String name) {
        return new Role(name);
    }

    @Override
    public String toString() {
        return promptName.isEmpty() ? "none" : promptName;
    }
}
