package io.github.embeddinglab.api;

import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Takes the results of a stream, in the order of the texts. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
@FunctionalInterface
public interface EmbeddingSink {
    /**
     * Takes the next rows.
     *
     * @param firstRow number of the first row, counted from 0 over the whole stream
     * @param rows the vectors of the texts {@code firstRow} and following
     */
    void accept(long firstRow, Embeddings rows);
}
