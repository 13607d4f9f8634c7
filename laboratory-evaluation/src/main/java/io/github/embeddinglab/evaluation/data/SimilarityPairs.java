package io.github.embeddinglab.evaluation.data;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Pairs of texts, each with a number: how similar people find them, or 1 for pairs that belong together and 0 for others.
 *
 * @param name of the data
 * @param first one text a pair
 * @param second the other text of each pair
 * @param scores one finite number a pair
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record SimilarityPairs(String name, List<String> first, List<String> second, List<Double> scores) {
    /**
     * Copies and checks.
     *
     * @throws InvalidInputException when there is no pair, sizes differ or a score is not finite
     */
    public SimilarityPairs {
        first = List.copyOf(first);
        second = List.copyOf(second);
        scores = List.copyOf(scores);
        if (first.isEmpty() || first.size() != second.size() || first.size() != scores.size()) {
            throw new InvalidInputException("data " + name + " has " + first.size() + " first texts, " + second.size()
                    + " second texts and " + scores.size() + " scores; give at least one pair, and as many of each");
        }
        for (int i = 0; i < scores.size(); i++) {
            if (!Double.isFinite(scores.get(i))) {
                throw new InvalidInputException(
                        "data " + name + " has the score " + scores.get(i) + " for pair " + i + "; it must be a finite number");
            }
        }
    }
}
