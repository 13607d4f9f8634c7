package io.github.embeddinglab.api;

import java.util.regex.Pattern;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A registered model's name, as in {@code all-MiniLM-L6-v2} or {@code intfloat/multilingual-e5-small}.
 *
 * @param value letters, digits and {@code . _ -}, with at most one {@code /}; it never starts with a dot
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record ModelId(String value) {
    private static final Pattern FORM =
            Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,95})?");

    /**
     * Checks the form.
     *
     * @throws InvalidInputException when {@code value} has another form
     */
    public ModelId {
        if (!FORM.matcher(value).matches()) {
            throw new InvalidInputException("model name \"" + value
                    + "\" is not of the form name or organisation/name (letters, digits, '.', '_', '-')");
        }
    }

    /**
     * Makes an id.
     *
     * @param value the name
     * @return the id
     */
    public static ModelId of(String value) {
        return new ModelId(value);
    }

    @Override
    public String toString() {
        return value;
    }
}
