package io.github.embeddinglab.api;

import java.util.List;
import java.util.Optional;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What an audit of stored vectors found.
 *
 * @param subject what was audited
 * @param findings causes, the most frequent first; empty for a clean store
 * @param rows each sampled row that is not the model's, with the best explanation
 * @param texts facts about the texts that are no fault of the store
 * @param ndcg nDCG@10 of the store as it is, where judgements were given and the model can search it
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record AuditReport(
        Subject subject, List<Finding> findings, List<Row> rows, Texts texts, Optional<Score> ndcg) {
    /** Copies the lists. */
    public AuditReport {
        findings = List.copyOf(findings);
        rows = List.copyOf(rows);
    }

    /**
     * What was audited.
     *
     * @param model name of the model
     * @param fingerprint of the model
     * @param documents texts exported
     * @param vectors rows exported
     * @param dimensions columns exported
     * @param sampled documents that were embedded again
     */
    public record Subject(
            String model, Fingerprint fingerprint, int documents, int vectors, int dimensions, int sampled) {}

    /**
     * One cause.
     *
     * @param cause what went wrong
     * @param detail one line: what, how sure, what to do
     * @param share of the rows looked at that it explains, 0 to 1
     * @param worth change of nDCG@10 by mending it, with its interval; empty without judgements
     */
    public record Finding(AuditCause cause, String detail, double share, Optional<Difference> worth) {}

    /**
     * One row that is not the model's.
     *
     * @param row from 0
     * @param id of the document
     * @param explanation the best one
     * @param cosine to the model's vector for the text
     * @param explained cosine to the vector that the explanation predicts; NaN where it predicts none
     */
    public record Row(int row, String id, String explanation, double cosine, double explained) {}

    /**
     * Facts about the texts.
     *
     * @param truncated texts of the sample that are longer than the model's limit
     * @param lostTokens tokens that these lose
     * @param duplicates texts among all documents that occur more than once, counted without their first
     * @param notes what else the reader must know
     */
    public record Texts(int truncated, long lostTokens, int duplicates, List<String> notes) {
        /** Copies the list. */
        public Texts {
            notes = List.copyOf(notes);
        }
    }
}
