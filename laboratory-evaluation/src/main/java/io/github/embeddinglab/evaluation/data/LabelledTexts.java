package io.github.embeddinglab.evaluation.data;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Texts, each with a label.
 *
 * @param name of the data
 * @param texts at least one
 * @param labels one a text
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record LabelledTexts(String name, List<String> texts, List<String> labels) {
    /**
     * Copies and checks.
     *
     * @throws InvalidInputException when there is no text or the sizes differ
     */
    public LabelledTexts {
        texts = List.copyOf(texts);
        labels = List.copyOf(labels);
        if (texts.isEmpty() || texts.size() != labels.size()) {
            throw new InvalidInputException("data " + name + " has " + texts.size() + " texts and " + labels.size()
                    + " labels; give at least one text, and one label a text");
        }
    }
}
