package io.github.embeddinglab.training.loop;

/** What a loss reads beside the rows: nothing, or what another model says about their texts. */
enum Outside {
    /** Labels of the rows, where they have any. */
    NOTHING,
    /** A guide's vectors of all columns, behind each other in a row. */
    GUIDE_VECTORS,
    /** A teacher's vectors of all columns, behind each other in a row. */
    TEACHER_VECTORS,
    /** A teacher's vectors of the first column. */
    TEACHER_VECTOR,
    /** A teacher's cosines of the query and each other column. */
    TEACHER_SCORES,
    /** By how much the teacher's cosine of query and document is above that of each negative. */
    TEACHER_MARGINS;

    boolean teaches() {
        return this != NOTHING && this != GUIDE_VECTORS;
    }
}
