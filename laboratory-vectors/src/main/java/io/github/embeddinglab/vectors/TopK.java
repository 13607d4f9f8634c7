package io.github.embeddinglab.vectors;

import java.util.Arrays;
import java.util.Objects;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * The best k rows for each of q queries, best first: higher score first, of equal scores the lower id, NaN scores last.
 *
 * <p>0.0 and -0.0 are equal and reported as 0.0. When fewer than the wished k rows exist, k is the number of rows.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class TopK {
    private final int queries;
    private final int k;
    private final int[] ids;
    private final float[] scores;

    TopK(int queries, int k, int[] ids, float[] scores) {
        this.queries = queries;
        this.k = k;
        this.ids = ids;
        this.scores = scores;
    }

    /**
     * The number of queries.
     *
     * @return q
     */
    public int queries() {
        return queries;
    }

    /**
     * The number of hits of every query.
     *
     * @return the smaller of the wished k and the number of rows searched
     */
    public int k() {
        return k;
    }

    /**
     * The row found at a rank.
     *
     * @param query 0..q-1
     * @param rank 0..k-1, 0 the best
     * @return the row's number
     * @throws IndexOutOfBoundsException if outside
     */
    public int id(int query, int rank) {
        return ids[index(query, rank)];
    }

    /**
     * The score at a rank.
     *
     * @param query 0..q-1
     * @param rank 0..k-1, 0 the best
     * @return the score; higher is better
     * @throws IndexOutOfBoundsException if outside
     */
    public float score(int query, int rank) {
        return scores[index(query, rank)];
    }

    /**
     * All rows found for a query, best first.
     *
     * @param query 0..q-1
     * @return a copy of k row numbers
     * @throws IndexOutOfBoundsException if outside
     */
    public int[] ids(int query) {
        Objects.checkIndex(query, queries);
        return Arrays.copyOfRange(ids, query * k, query * k + k);
    }

    /**
     * All scores of a query, best first.
     *
     * @param query 0..q-1
     * @return a copy of k scores
     * @throws IndexOutOfBoundsException if outside
     */
    public float[] scores(int query) {
        Objects.checkIndex(query, queries);
        return Arrays.copyOfRange(scores, query * k, query * k + k);
    }

    private int index(int query, int rank) {
        return Objects.checkIndex(query, queries) * k + Objects.checkIndex(rank, k);
    }
}
