package io.github.embeddinglab.training.mining;

import io.github.embeddinglab.vectors.ExactSearch;
import io.github.embeddinglab.vectors.FloatMatrix;
import io.github.embeddinglab.vectors.Similarity;
import io.github.embeddinglab.vectors.TopK;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Finds the documents nearest to queries; an index is one. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
@FunctionalInterface
public interface NearestDocuments {
    /**
     * Searches.
     *
     * @param queries m x d
     * @param k documents a query
     * @return places of documents, best first, with cosine similarities
     */
    TopK nearest(FloatMatrix queries, int k);

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
            return (queries, k) -> search.search(queries, Math.min(k, documents.rows()), threads);
        };
    }
}
