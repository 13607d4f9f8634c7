package io.github.embeddinglab.training.mining;

import io.github.embeddinglab.vectors.ExactSearch;
import io.github.embeddinglab.vectors.FloatMatrix;
import io.github.embeddinglab.vectors.Similarity;
import io.github.embeddinglab.vectors.TopK;
import java.util.stream.IntStream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Finds the documents nearest to queries. Exact search is here ({@link #exact}); an approximate index, as HNSW, is put in its place
 * with a {@link Factory} of one's own given to {@link NegativeMining#with}: it fills the index with the rows of the matrix, and
 * answers with their numbers. Cosines are computed anew from the vectors, so that margins hold with any search; what it misses
 * moves up the ranks behind it.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
@FunctionalInterface
public interface NearestDocuments {
    /**
     * Searches.
     *
     * @param queries m x d
     * @param k most documents of a query
     * @return places of documents for each query, best first; none twice; fewer than k where the search found no more, -1 for none
     */
    int[][] nearest(FloatMatrix queries, int k);

    /** Makes a search over the vectors of all documents. */
    @FunctionalInterface
    interface Factory {
        /**
         * Over documents.
         *
         * @param documents n x d, of any length
         * @return a search whose places are rows of the matrix
         */
        NearestDocuments over(FloatMatrix documents);
    }

    /**
     * Compares every query with every document, O(m n d).
     *
     * @param threads that work, the caller included
     * @return a factory
     */
    static Factory exact(int threads) {
        return documents -> {
            ExactSearch search = ExactSearch.over(documents, Similarity.COSINE);
            return (queries, k) -> {
                TopK found = search.search(queries, Math.min(k, documents.rows()), threads);
                return IntStream.range(0, queries.rows()).mapToObj(found::ids).toArray(int[][]::new);
            };
        };
    }
}
