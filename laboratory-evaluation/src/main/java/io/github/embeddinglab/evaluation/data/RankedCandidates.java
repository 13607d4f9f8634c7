package io.github.embeddinglab.evaluation.data;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Queries, each with candidates of its own to put in order.
 *
 * @param name of the data
 * @param queries at least one
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record RankedCandidates(String name, List<Query> queries) {
    /**
     * Copies and checks.
     *
     * @throws InvalidInputException when there is no query
     */
    public RankedCandidates {
        queries = List.copyOf(queries);
        if (queries.isEmpty()) {
            throw new InvalidInputException("data " + name + " has no query; give at least one");
        }
    }

    /**
     * A query with its candidates.
     *
     * @param text of the query
     * @param positive texts that answer it, at least one
     * @param negative texts that do not
     */
    public record Query(String text, List<String> positive, List<String> negative) {
        /**
         * Copies and checks.
         *
         * @throws InvalidInputException when there is no positive text
         */
        public Query {
            positive = List.copyOf(positive);
            negative = List.copyOf(negative);
            if (positive.isEmpty()) {
                throw new InvalidInputException("query \"" + text + "\" has no positive text; give at least one");
            }
        }
    }
}
