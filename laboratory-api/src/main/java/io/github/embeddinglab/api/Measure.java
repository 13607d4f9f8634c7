package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A figure over units (queries, pairs, labelled texts) that can be computed again on any sample of them; intervals and
 * paired tests resample it. Immutable, safe for concurrent callers.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface Measure {
    /**
     * How many units it has.
     *
     * @return n
     */
    int units();

    /**
     * Computes the figure on a sample, in O(n).
     *
     * @param counts how often each unit is in the sample, n numbers of at least 0
     * @return the figure, NaN where it is undefined on this sample
     */
    double on(int[] counts);
}
