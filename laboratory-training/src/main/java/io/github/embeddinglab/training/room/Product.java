package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.training.FineTuningReport.Course;
import java.nio.file.Path;

/** What a strategy made. */
interface Product {
    /** How it went. */
    Course course();

    /** Which state was taken, for people. */
    String chosen();

    /** Writes it into an absent or empty folder. */
    void write(Path folder);

    /** Removes what the training would be resumed from; once the result is written and judged. */
    default void forget() {}

    /** The name by which the written thing is loaded; the folder itself for a model. */
    default String name(Path folder, String parent) {
        return folder.toString();
    }

    /** Whether it is a model that can have a name of its own. */
    default boolean model() {
        return true;
    }
}
