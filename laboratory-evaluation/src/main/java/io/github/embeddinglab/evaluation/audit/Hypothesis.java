package io.github.embeddinglab.evaluation.audit;

import io.github.embeddinglab.api.AuditCause;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One way in which rows could have been made.
 *
 * @param cause what it is reported as
 * @param label one phrase that says what was done
 * @param maker predicts vectors
 * @param length where texts are cut or split without overlap, which other lengths can be tried around; null elsewhere
 */
record Hypothesis(AuditCause cause, String label, Maker maker, @Nullable Length length) {
    Hypothesis(AuditCause cause, String label, Maker maker) {
        this(cause, label, maker, null);
    }

    /** What a length is counted in. */
    enum Unit {
        /** As the model reads. */
        TOKENS,
        /** UTF-16 code units. */
        CHARACTERS,
        /** Between white space. */
        WORDS
    }

    /**
     * Of a cut or a window.
     *
     * @param unit that it is counted in
     * @param size at least 1
     */
    record Length(Unit unit, int size) {
        @Override
        public String toString() {
            return size + " " + unit.name().toLowerCase(Locale.ROOT);
        }
    }

    /** Size where this has the cause and a length in the unit, 0 elsewhere. */
    int size(AuditCause wanted, Unit unit) {
        return cause == wanted && length != null && length.unit() == unit ? length.size() : 0;
    }

    /** Predicts vectors of documents. */
    interface Maker {
        /** One vector for each row, in order. */
        float[][] vectors(int[] rows);
    }
}
