package io.github.embeddinglab.evaluation.data;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Triplets of texts: the positive should be nearer to the anchor than the negative is.
 *
 * @param name of the data
 * @param anchors one a triplet
 * @param positives one a triplet
 * @param negatives one a triplet
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Triplets(String name, List<String> anchors, List<String> positives, List<String> negatives) {
    /**
     * Copies and checks.
     *
     * @throws InvalidInputException when there is no triplet or the sizes differ
     */
    public Triplets {
        anchors = List.copyOf(anchors);
        positives = List.copyOf(positives);
        negatives = List.copyOf(negatives);
        if (anchors.isEmpty() || anchors.size() != positives.size() || anchors.size() != negatives.size()) {
            throw new InvalidInputException("data " + name + " has " + anchors.size() + " anchors, " + positives.size()
                    + " positives and " + negatives.size() + " negatives; give at least one triplet, and as many of each");
        }
    }
}
