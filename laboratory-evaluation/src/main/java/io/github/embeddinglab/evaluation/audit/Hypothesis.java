package io.github.embeddinglab.evaluation.audit;

import io.github.embeddinglab.api.AuditCause;

/**
 * One way in which rows could have been made.
 *
 * @param cause what it is reported as
 * @param label one phrase that says what was done
 * @param maker predicts vectors
 */
record Hypothesis(AuditCause cause, String label, Maker maker) {
    /** Predicts vectors of documents. */
    interface Maker {
        /** One vector for each row, in order. */
        float[][] vectors(int[] rows);
    }
}
