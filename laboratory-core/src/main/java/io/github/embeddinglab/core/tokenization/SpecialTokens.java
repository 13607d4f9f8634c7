package io.github.embeddinglab.core.tokenization;

import java.util.Arrays;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** The ids that the single-sequence template puts before and after a text, such as {@code [CLS]} and {@code [SEP]}. Immutable. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class SpecialTokens {
    /** Nothing is added. */
    public static final SpecialTokens NONE = new SpecialTokens(new int[0], new int[0]);

    private final int[] prefix;
    private final int[] suffix;

    private SpecialTokens(int[] prefix, int[] suffix) {
        this.prefix = prefix;
        this.suffix = suffix;
    }

    /**
     * Makes a template; the arrays are copied.
     *
     * @param prefix ids before the text
     * @param suffix ids after the text
     * @return the template
     */
    public static SpecialTokens of(int[] prefix, int[] suffix) {
        return new SpecialTokens(prefix.clone(), suffix.clone());
    }

    /**
     * Counts the ids before the text.
     *
     * @return length of the prefix
     */
    public int prefixLength() {
        return prefix.length;
    }

    /**
     * Counts the ids after the text.
     *
     * @return length of the suffix
     */
    public int suffixLength() {
        return suffix.length;
    }

    /**
     * Counts what is added to a text; a model with limit L has room for {@code L - added()} ids of text.
     *
     * @return length of prefix and suffix
     */
    public int added() {
        return prefix.length + suffix.length;
    }

    /**
     * Reads one id of the prefix.
     *
     * @param i 0 to {@code prefixLength() - 1}
     * @return the id
     */
    public int prefixId(int i) {
        return prefix[i];
    }

    /**
     * Reads one id of the suffix.
     *
     * @param i 0 to {@code suffixLength() - 1}
     * @return the id
     */
    public int suffixId(int i) {
        return suffix[i];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SpecialTokens that
                && Arrays.equals(prefix, that.prefix)
                && Arrays.equals(suffix, that.suffix);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(prefix) + Arrays.hashCode(suffix);
    }

    @Override
    public String toString() {
        return Arrays.toString(prefix) + " text " + Arrays.toString(suffix);
    }
}
