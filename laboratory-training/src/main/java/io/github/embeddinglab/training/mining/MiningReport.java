package io.github.embeddinglab.training.mining;

import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What mining found.
 *
 * @param rows counts of rows
 * @param rejected counts of candidates that did not pass
 * @param means of the cosines that were kept
 * @param examples the first few rows with a negative
 * @param vetoed the first few candidates that the other model vetoed, one of a row; empty without a veto
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record MiningReport(Rows rows, Rejected rejected, Means means, List<Example> examples, List<Vetoed> vetoed) {
    /** Copies the examples. */
    public MiningReport {
        examples = List.copyOf(examples);
        vetoed = List.copyOf(vetoed);
    }

    /**
     * Rows.
     *
     * @param given pairs
     * @param kept pairs that got their negatives
     * @param leftOut pairs with too few
     * @param documents different documents that were searched
     */
    public record Rows(int given, int kept, int leftOut, int documents) {}

    /**
     * Candidates in the window of ranks that did not pass, by the first reason.
     *
     * @param relative too near by the relative margin
     * @param absolute too near by the absolute margin
     * @param vetoed by the other model
     */
    public record Rejected(long relative, long absolute, long vetoed) {}

    /**
     * Mean cosines, NaN where nothing was kept.
     *
     * @param positive of the pairs that were kept
     * @param negative of their negatives
     */
    public record Means(double positive, double negative) {}

    /**
     * A row with its cosines.
     *
     * @param query the query
     * @param positive its document, with its cosine
     * @param negative the first negative, or a candidate that was vetoed, with its cosine
     * @param rank of the negative among the documents that are no positive
     */
    public record Example(String query, Scored positive, Scored negative, int rank) {}

    /**
     * A candidate that the other model finds too near.
     *
     * @param example the row, with the candidate in the place of the negative, and the cosines of the mining model
     * @param positive the other model's score of the positive
     * @param candidate the other model's score of the candidate
     */
    public record Vetoed(Example example, float positive, float candidate) {}

    /**
     * A document and its cosine to the query.
     *
     * @param text of the document
     * @param score cosine
     */
    public record Scored(String text, float score) {}
}
