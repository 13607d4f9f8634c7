package io.github.embeddinglab.api;

import java.nio.file.Path;
import java.util.Optional;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What was exported from a vector store.
 *
 * @param documents JSONL with {@code id} (or {@code _id}), {@code text} and optionally {@code title}, in the order of the
 *     vectors
 * @param vectors a NumPy matrix, one row a document
 * @param judged queries and judgements, from which the worth of mending is computed
 * @param sample documents that are embedded again to look for causes
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record AuditSpec(Path documents, Path vectors, Optional<Judged> judged, int sample) {
    private static final int SAMPLE = 256;

    /**
     * Checks the sample.
     *
     * @throws InvalidInputException when it has fewer than 16 documents
     */
    public AuditSpec {
        if (sample < 16) {
            throw new InvalidInputException("a sample of " + sample + " documents is too small to tell causes apart; give 16 or more");
        }
    }

    /**
     * Queries and which documents answer them.
     *
     * @param queries JSONL with {@code _id} (or {@code id}) and {@code text}
     * @param judgements TSV with {@code query-id, corpus-id, score}
     */
    public record Judged(Path queries, Path judgements) {}

    /**
     * Texts and vectors, 256 of them to be embedded again.
     *
     * @param documents JSONL
     * @param vectors a NumPy matrix
     * @return the specification
     */
    public static AuditSpec of(Path documents, Path vectors) {
        return new AuditSpec(documents, vectors, Optional.empty(), SAMPLE);
    }

    /**
     * With queries; all documents are then embedded again.
     *
     * @param queries JSONL
     * @param judgements TSV
     * @return a copy
     */
    public AuditSpec judged(Path queries, Path judgements) {
        return new AuditSpec(documents, vectors, Optional.of(new Judged(queries, judgements)), sample);
    }

    /**
     * With another sample.
     *
     * @param size 16 or more
     * @return a copy
     */
    public AuditSpec sample(int size) {
        return new AuditSpec(documents, vectors, judged, size);
    }
}
