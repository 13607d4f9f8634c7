package io.github.embeddinglab.api;

import java.util.Locale;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Why stored vectors are not those that the model gives for the exported texts. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public enum AuditCause {
    /** Rows with a number that is not finite, or with zeros only. */
    BROKEN_ROWS,
    /** The store has another number of rows than there are documents. */
    ROW_COUNT,
    /** One id stands for several documents. */
    DUPLICATE_IDS,
    /** One vector stands for several different texts. */
    REPEATED_VECTORS,
    /** Vectors stand at the place of another text: shifted, or in another order. */
    ROWS_DISPLACED,
    /** Another width than the model's: cut, padded or projected. */
    OTHER_DIMENSIONS,
    /** Coded with loss: 8 bits or fewer, one bit, product quantisation. */
    LOSSY_CODES,
    /** Lengths differ from those that the model gives. */
    NOT_NORMALISED,
    /** Token vectors were pooled in another way. */
    OTHER_POOLING,
    /** A prompt is missing, is another one, or should not be there. */
    PROMPT,
    /** Texts were cut at another limit. */
    CUT,
    /** Long texts were split and their windows' vectors averaged. */
    SPLIT,
    /** The title is missing, or was joined in another way. */
    TITLE,
    /** Texts were changed before embedding: letters' case, markup, punctuation. */
    TEXT_PREPARED,
    /** The exported texts hold markup, and it was embedded. */
    MARKUP,
    /** A constant was subtracted, or columns were scaled, after embedding. */
    CENTRED,
    /** The vectors were rotated, or their columns permuted. */
    ROTATED,
    /** The numbers are of half precision, or the model ran in lower precision or quantised. */
    REDUCED_PRECISION,
    /** Some rows were made from another version of their text. */
    STALE_TEXT,
    /** Some rows are another model's. */
    MIXED_MODELS,
    /** All rows are another model's. */
    OTHER_MODEL,
    /** Nothing that was tried explains the rows. */
    UNKNOWN;

    /**
     * The name in reports.
     *
     * @return as in {@code other_pooling}
     */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }
}
