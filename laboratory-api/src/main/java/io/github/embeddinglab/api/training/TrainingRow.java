package io.github.embeddinglab.api.training;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * One row of training data. What the texts are, {@link TrainingData.Form} says: query and document, then negatives; or one
 * text; or title and text of a document.
 *
 * @param texts in the order of the form, at least one
 * @param score of a scored form; null in others
 * @param label of a labelled form; null in others
 * @param group what the row came from, as a file or a page: rows of one group stay in one part; empty where unknown
 * @param set which of several data sets the row is of, for {@link TrainingSetting#MIXING}; empty where there is one
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record TrainingRow(List<String> texts, @Nullable Double score, @Nullable String label, String group, String set) {
    /**
     * Copies and checks.
     *
     * @throws InvalidInputException when there is no text or the score is not finite
     */
    public TrainingRow {
        texts = List.copyOf(texts);
        if (texts.isEmpty()) {
            throw new InvalidInputException("a training row has no text; give at least one");
        }
        if (score != null && !Double.isFinite(score)) {
            throw new InvalidInputException(
                    "a training row with \"" + texts.get(0) + "\" has the score " + score + "; it must be a finite number");
        }
    }

    /**
     * A row where there is one data set.
     *
     * @param texts in the order of the form, at least one
     * @param score of a scored form; null in others
     * @param label of a labelled form; null in others
     * @param group rows of one group stay in one part; empty where unknown
     */
    public TrainingRow(List<String> texts, @Nullable Double score, @Nullable String label, String group) {
        this(texts, score, label, group, "");
    }

    /**
     * A query and a document that answers it.
     *
     * @param query the query, or an anchor
     * @param document the document, or a positive
     * @return a row
     */
    public static TrainingRow pair(String query, String document) {
        return new TrainingRow(List.of(query, document), null, null, "");
    }

    /**
     * A query, a document that answers it and one that does not.
     *
     * @param query the query, or an anchor
     * @param document the document, or a positive
     * @param negative a document that does not answer
     * @return a row
     */
    public static TrainingRow triplet(String query, String document, String negative) {
        return new TrainingRow(List.of(query, document, negative), null, null, "");
    }

    /**
     * Two texts and how alike they are.
     *
     * @param first a text
     * @param second another
     * @param score finite
     * @return a row
     */
    public static TrainingRow scored(String first, String second, double score) {
        return new TrainingRow(List.of(first, second), score, null, "");
    }

    /**
     * A text of a class.
     *
     * @param label the class
     * @param text the text
     * @return a row
     */
    public static TrainingRow labelled(String label, String text) {
        return new TrainingRow(List.of(text), null, label, "");
    }

    /**
     * A plain document.
     *
     * @param title may be empty
     * @param text the body
     * @return a row
     */
    public static TrainingRow document(String title, String text) {
        return new TrainingRow(List.of(title, text), null, null, "");
    }

    /**
     * In a group.
     *
     * @param name rows of one group stay in one part
     * @return a copy
     */
    public TrainingRow inGroup(String name) {
        return new TrainingRow(texts, score, label, name, set);
    }

    /**
     * In one of several data sets; rows that files give are in the set of their file where there are several.
     *
     * @param name a batch is of one set where {@link TrainingSetting#MIXING} says so
     * @return a copy
     */
    public TrainingRow inSet(String name) {
        return new TrainingRow(texts, score, label, group, name);
    }
}
