package io.github.embeddinglab.api;

import java.util.LinkedHashSet;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A model with other steps around its weights, for finding out how vectors were made; it is never registered. Its vectors
 * are not normalised, and {@link Role#NONE} applies no prompt, whatever the model's default is.
 *
 * @param poolings as a sentence-transformers pooling spells them: {@code cls, max, mean, mean_sqrt_len, weightedmean,
 *     lasttoken}; several are concatenated in this order; empty for the model's own
 * @param maxTokens limit of one text, special tokens included; 0 for the model's own, {@link Integer#MAX_VALUE} for as many
 *     as its positions allow
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record ModelVariant(List<String> poolings, int maxTokens) {
    /** The model's own pooling and limit. */
    public static final ModelVariant OWN = new ModelVariant(List.of(), 0);

    /**
     * Copies the list.
     *
     * @throws InvalidInputException when a pooling is named twice, or the limit is negative
     */
    public ModelVariant {
        poolings = List.copyOf(poolings);
        if (new LinkedHashSet<>(poolings).size() < poolings.size() || maxTokens < 0) {
            throw new InvalidInputException("a variant with the poolings " + poolings + " and the limit " + maxTokens
                    + " cannot be made; name each pooling once, and a limit of 0 or more");
        }
    }

    /**
     * With other poolings.
     *
     * @param names as in {@code mean}
     * @return a copy
     */
    public ModelVariant pooled(String... names) {
        return new ModelVariant(List.of(names), maxTokens);
    }

    /**
     * With another limit.
     *
     * @param tokens special tokens included
     * @return a copy
     */
    public ModelVariant limited(int tokens) {
        return new ModelVariant(poolings, tokens);
    }

    @Override
    public String toString() {
        return (poolings.isEmpty() ? "own" : String.join("+", poolings)) + "," + maxTokens;
    }
}
