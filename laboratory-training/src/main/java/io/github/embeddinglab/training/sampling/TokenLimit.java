package io.github.embeddinglab.training.sampling;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * How large a batch may be once its rows are padded to the longest.
 *
 * @param tokens rows times longest row, at most; a row that is longer alone stands alone
 * @param rows at most
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record TokenLimit(long tokens, int rows) {
    /**
     * Checks.
     *
     * @throws InvalidInputException when a limit is below 1
     */
    public TokenLimit {
        if (tokens < 1 || rows < 1) {
            throw new InvalidInputException("a batch of at most " + tokens + " padded tokens and " + rows
                    + " rows holds nothing; give at least 1 of each");
        }
    }

    /**
     * Sorts rows by length, longest first, and cuts them into batches. Equal lengths keep their order. O(n log n).
     *
     * @param places of rows
     * @param lengths tokens by place
     * @return batches that hold every row once
     */
    public List<int[]> cut(int[] places, int[] lengths) {
        int[] sorted = Arrays.stream(places)
                .boxed()
                .sorted(Comparator.comparingInt((Integer place) -> -lengths[place]))
                .mapToInt(Integer::intValue)
                .toArray();
        List<int[]> batches = new ArrayList<>();
        int first = 0;
        while (first < sorted.length) {
            long longest = Math.max(1, lengths[sorted[first]]);
            int count = (int) Math.max(1, Math.min(Math.min(rows, sorted.length - first), tokens / longest));
            batches.add(Arrays.copyOfRange(sorted, first, first + count));
            first += count;
        }
        return batches;
    }
}
