package io.github.embeddinglab.training.encoder;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.Arrays;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Token sequences of a batch, padded at the end to the longest: n x t.
 *
 * <p>Immutable; arrays are copied in and out.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class TokenBatch {
    private final int length;
    private final int[] ids;
    private final int[] lengths;
    private final int[] notPooled;

    private TokenBatch(int length, int[] ids, int[] lengths, int[] notPooled) {
        this.length = length;
        this.ids = ids;
        this.lengths = lengths;
        this.notPooled = notPooled;
    }

    /**
     * Pads sequences.
     *
     * @param sequences token ids, special tokens included; may be empty for a static model only
     * @param padId written behind shorter sequences
     * @return the batch
     * @throws InvalidInputException when there is no sequence
     */
    public static TokenBatch of(List<int[]> sequences, int padId) {
        if (sequences.isEmpty()) {
            throw new InvalidInputException("a batch without texts; give at least one");
        }
        int length = Math.max(1, sequences.stream().mapToInt(sequence -> sequence.length).max().orElse(1));
        int[] ids = new int[Math.multiplyExact(sequences.size(), length)];
        int[] lengths = new int[sequences.size()];
        Arrays.fill(ids, padId);
        for (int row = 0; row < lengths.length; row++) {
            int[] sequence = sequences.get(row);
            System.arraycopy(sequence, 0, ids, row * length, sequence.length);
            lengths[row] = sequence.length;
        }
        return new TokenBatch(length, ids, lengths, new int[lengths.length]);
    }

    /**
     * Leaves leading tokens out of the pooling, as models do that say so of their prompts.
     *
     * @param tokens how many in each row, at least 0
     * @return the batch with another pooling mask
     */
    public TokenBatch withoutPooling(int... tokens) {
        if (tokens.length != lengths.length) {
            throw new InvalidInputException(tokens.length + " prompt lengths for " + lengths.length + " rows; give one a row");
        }
        return new TokenBatch(length, ids, lengths, tokens.clone());
    }

    /**
     * Rows in succession, padded to their own longest.
     *
     * @param first row, from 0
     * @param count rows, at least 1
     * @return the part
     */
    public TokenBatch part(int first, int count) {
        int to = Math.max(1, Arrays.stream(lengths, first, first + count).max().orElse(1));
        int[] cut = new int[count * to];
        for (int row = 0; row < count; row++) {
            System.arraycopy(ids, (first + row) * length, cut, row * to, to);
        }
        return new TokenBatch(
                to, cut, Arrays.copyOfRange(lengths, first, first + count), Arrays.copyOfRange(notPooled, first, first + count));
    }

    /**
     * The same rows with other tokens of the same lengths.
     *
     * @param sequences one a row
     * @return the batch, its pooling mask as here
     */
    public TokenBatch withSequences(List<int[]> sequences) {
        int[] changed = ids.clone();
        for (int row = 0; row < lengths.length; row++) {
            if (sequences.size() != lengths.length || sequences.get(row).length != lengths[row]) {
                throw new InvalidInputException("row " + row + " of a batch would change its length; keep the number of tokens");
            }
            System.arraycopy(sequences.get(row), 0, changed, row * length, lengths[row]);
        }
        return new TokenBatch(length, changed, lengths, notPooled);
    }

    /**
     * The same rows without some tokens, padded to the longest that is left. Tokens that are not pooled stay, whatever is said.
     *
     * @param gone n x t, row-major; true for a token that goes
     * @param padId written behind shorter sequences
     * @return a shorter batch
     */
    public TokenBatch without(boolean[] gone, int padId) {
        List<int[]> kept = new java.util.ArrayList<>();
        for (int row = 0; row < lengths.length; row++) {
            int from = row * length;
            int prompt = notPooled[row];
            kept.add(java.util.stream.IntStream.range(0, lengths[row])
                    .filter(at -> at < prompt || !gone[from + at])
                    .map(at -> ids[from + at])
                    .toArray());
        }
        return of(kept, padId).withoutPooling(notPooled);
    }

    /**
     * Tokens of a row that are no padding.
     *
     * @param row from 0
     * @return 0 to t
     */
    public int tokens(int row) {
        return lengths[row];
    }

    /**
     * Rows.
     *
     * @return n
     */
    public int rows() {
        return lengths.length;
    }

    /**
     * Columns.
     *
     * @return t, at least 1
     */
    public int length() {
        return length;
    }

    /**
     * Token ids.
     *
     * @return n x t, row-major
     */
    public int[] ids() {
        return ids.clone();
    }

    /** Whether any row is shorter than t. */
    boolean padded() {
        return Arrays.stream(lengths).anyMatch(n -> n < length);
    }

    /** Whether the token is text and not padding. */
    boolean real(int row, int column) {
        return column < lengths[row];
    }

    /** Whether the token is pooled. */
    boolean pooled(int row, int column) {
        return column < lengths[row] && column >= notPooled[row];
    }

    /** First token that is pooled; where there is none, the first of all. */
    int firstPooled(int row) {
        return notPooled[row] < lengths[row] ? notPooled[row] : 0;
    }

    /** Last token that is no padding, -1 in an empty row. */
    int last(int row) {
        return lengths[row] - 1;
    }
}
