package io.github.embeddinglab.core.tokenization;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * The token ids of one text: prefix, content, suffix. Immutable; cutting makes views that share the content, so it costs
 * no copy.
 *
 * <p>A view is {@code prefix + content[0, lead) + content[from, to) + suffix}; the lead is a prompt that every window of
 * a long text repeats.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class TokenIds {
    private final SpecialTokens special;
    private final int[] content;
    private final int lead;
    private final int from;
    private final int to;

    private TokenIds(SpecialTokens special, int[] content, int lead, int from, int to) {
        this.special = special;
        this.content = content;
        this.lead = lead;
        this.from = from;
        this.to = to;
    }

    /**
     * Wraps ids of a text; the array is copied.
     *
     * @param special what stands around them
     * @param content the ids between, without special tokens
     * @return the ids
     */
    public static TokenIds of(SpecialTokens special, int[] content) {
        return wrap(special, content.clone());
    }

    /** Takes the array over: the caller must not touch it again. */
    static TokenIds wrap(SpecialTokens special, int[] content) {
        return new TokenIds(special, content, 0, 0, content.length);
    }

    /**
     * Counts ids.
     *
     * @return number of ids, special tokens included
     */
    public int length() {
        return special.added() + contentLength();
    }

    /**
     * Counts ids without special tokens.
     *
     * @return number of content ids
     */
    public int contentLength() {
        return lead + to - from;
    }

    /**
     * Reads one id.
     *
     * @param i position, 0 to {@code length() - 1}
     * @return the id
     */
    public int id(int i) {
        int k = i - special.prefixLength();
        if (k < 0) {
            return special.prefixId(i);
        }
        if (k < lead) {
            return content[k];
        }
        k += from - lead;
        return k < to ? content[k] : special.suffixId(k - to);
    }

    /**
     * Copies all ids.
     *
     * @return a new array of {@code length()} ids
     */
    public int[] toArray() {
        int[] ids = new int[length()];
        copyTo(ids, 0);
        return ids;
    }

    /**
     * Copies all ids into a row of a batch.
     *
     * @param target where to
     * @param offset index of the first id in {@code target}, which needs {@code length()} places from there
     */
    public void copyTo(int[] target, int offset) {
        int at = offset;
        for (int i = 0; i < special.prefixLength(); i++) {
            target[at++] = special.prefixId(i);
        }
        System.arraycopy(content, 0, target, at, lead);
        at += lead;
        System.arraycopy(content, from, target, at, to - from);
        at += to - from;
        for (int i = 0; i < special.suffixLength(); i++) {
            target[at++] = special.suffixId(i);
        }
    }

    /**
     * Copies all ids into a row of a batch.
     *
     * @param target where to
     * @param offset index of the first id in {@code target}, which needs {@code length()} places from there
     */
    public void copyTo(long[] target, int offset) {
        int n = length();
        for (int i = 0; i < n; i++) {
            target[offset + i] = id(i);
        }
    }

    /**
     * Drops the special tokens; static models look up content only.
     *
     * @return a view on the content
     */
    public TokenIds withoutSpecial() {
        return new TokenIds(SpecialTokens.NONE, content, lead, from, to);
    }

    /**
     * Cuts on the right as the reference does: prefix, the first {@code limit - added} content ids, suffix.
     *
     * @param limit greatest length of the result, special tokens included
     * @return this if it fits, else a view; {@code length()} minus the view's length ids were dropped
     * @throws InvalidInputException if the special tokens alone exceed the limit
     */
    public TokenIds truncate(int limit) {
        if (length() <= limit) {
            return this;
        }
        int room = room(limit, 0);
        return room <= lead
                ? new TokenIds(special, content, room, to, to)
                : new TokenIds(special, content, lead, from, from + room - lead);
    }

    /**
     * Cuts into windows, each with its own special tokens and its own copy of the prompt: content after the prompt is
     * cut into parts of {@code limit - added - promptLength} ids, none dropped and none repeated.
     *
     * @param limit greatest length of a window, special tokens included
     * @param promptLength how many of the first content ids are the prompt, 0 for none
     * @return views in the order of the text; this alone if it fits
     * @throws InvalidInputException if a window would have no room for text
     */
    public List<TokenIds> windows(int limit, int promptLength) {
        if (promptLength < 0 || promptLength > contentLength()) {
            throw new InvalidInputException("prompt of " + promptLength + " tokens in a text of " + contentLength()
                    + ": give the length of the prompt's own tokens, without special tokens");
        }
        if (length() <= limit) {
            return List.of(this);
        }
        int room = room(limit, promptLength + 1) - promptLength;
        int[] all = contentArray();
        List<TokenIds> windows = new ArrayList<>((all.length - promptLength) / room + 1);
        for (int at = promptLength; at < all.length; at += room) {
            windows.add(new TokenIds(special, all, promptLength, at, Math.min(all.length, at + room)));
        }
        return List.copyOf(windows);
    }

    private int room(int limit, int needed) {
        int room = limit - special.added();
        if (room < needed) {
            throw new InvalidInputException("a limit of " + limit + " tokens leaves no room beside " + special.added()
                    + " special tokens" + (needed > 0 ? " and a prompt of " + (needed - 1) : "") + ": raise the limit");
        }
        return room;
    }

    private int[] contentArray() {
        if (lead == 0 && from == 0 && to == content.length) {
            return content;
        }
        return withoutSpecial().toArray();
    }

    /** Equal when all ids are equal, however they are stored. */
    @Override
    public boolean equals(Object other) {
        if (!(other instanceof TokenIds that) || length() != that.length()) {
            return false;
        }
        return Arrays.equals(toArray(), that.toArray());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toArray());
    }

    @Override
    public String toString() {
        return Arrays.toString(toArray());
    }
}
