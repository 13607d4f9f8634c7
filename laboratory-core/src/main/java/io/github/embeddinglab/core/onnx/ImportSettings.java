package io.github.embeddinglab.core.onnx;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.core.model.ModelModule.PoolingMode;
import io.github.embeddinglab.core.model.Prompts;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What an ONNX encoder does not say about the embedding model around it; the model card does.
 *
 * @param pooling how token vectors become one
 * @param normalize whether that one is divided by its L2 norm
 * @param prompts put in front of texts
 * @param maxTokens longest text in tokens, special ones included; at least 3 and at most what the graph's positions hold
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record ImportSettings(PoolingMode pooling, boolean normalize, Prompts prompts, int maxTokens) {
    /** Checks the limit. */
    public ImportSettings {
        if (maxTokens < 3) {
            throw new InvalidInputException(
                    "a limit of " + maxTokens + " tokens leaves no room between the two special ones; give at least 3");
        }
    }

    /**
     * Mean pooling, normalised, without prompts: what most sentence encoders use.
     *
     * @param maxTokens longest text in tokens
     * @return settings
     */
    public static ImportSettings mean(int maxTokens) {
        return new ImportSettings(PoolingMode.MEAN, true, Prompts.NONE, maxTokens);
    }
}
