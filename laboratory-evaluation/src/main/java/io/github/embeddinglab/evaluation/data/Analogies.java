package io.github.embeddinglab.evaluation.data;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Word analogies: a is to b as c is to the target.
 *
 * @param name of the data
 * @param questions at least one
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Analogies(String name, List<Question> questions) {
    /**
     * Copies and checks.
     *
     * @throws InvalidInputException when there is no question
     */
    public Analogies {
        questions = List.copyOf(questions);
        if (questions.isEmpty()) {
            throw new InvalidInputException("data " + name + " has no analogy; give at least one");
        }
    }

    /**
     * One analogy.
     *
     * @param a as in man
     * @param b as in king
     * @param c as in woman
     * @param target as in queen
     */
    public record Question(String a, String b, String c, String target) {}
}
