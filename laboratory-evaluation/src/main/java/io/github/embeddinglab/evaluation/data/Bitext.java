package io.github.embeddinglab.evaluation.data;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Sentences and their translations.
 *
 * @param name of the data
 * @param sources sentences to find the translation of
 * @param targets their translations, in the same order
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Bitext(String name, List<String> sources, List<String> targets) {
    /**
     * Copies and checks.
     *
     * @throws InvalidInputException when there is no sentence or the sizes differ
     */
    public Bitext {
        sources = List.copyOf(sources);
        targets = List.copyOf(targets);
        if (sources.isEmpty() || sources.size() != targets.size()) {
            throw new InvalidInputException("data " + name + " has " + sources.size() + " sentences and " + targets.size()
                    + " translations; give at least one pair, and as many of each");
        }
    }
}
