package io.github.embeddinglab.training.encoder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.ModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Shares of hidden values that training drops, at the places where the reference has them: behind the normalised sum of the
 * embeddings, behind the output matrix of attention, before the last matrix of a gated feed-forward part, and behind the last
 * matrix of a plain one. Attention probabilities are never dropped, whatever the configuration says: that would leave the fused
 * attention, at more than three times its cost.
 *
 * @param embedding from 0 to below 1
 * @param attention from 0 to below 1
 * @param inner from 0 to below 1; ModernBERT only
 * @param output from 0 to below 1
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record DropoutShares(double embedding, double attention, double inner, double output) {
    /** Nothing is dropped. */
    public static final DropoutShares NONE = new DropoutShares(0, 0, 0, 0);

    /** Checks the shares. */
    public DropoutShares {
        for (double share : new double[] {embedding, attention, inner, output}) {
            if (!(share >= 0 && share < 1)) {
                throw new InvalidModelException("a dropout of " + share + "; shares are from 0 to below 1, correct config.json");
            }
        }
    }

    /**
     * The same share at every place that the family has.
     *
     * @param architecture the family
     * @param share from 0 to below 1
     * @return the shares
     */
    public static DropoutShares of(Architecture architecture, double share) {
        return switch (architecture) {
            case STATIC -> NONE;
            case MODERNBERT -> new DropoutShares(share, share, share, 0);
            case DISTILBERT -> new DropoutShares(share, 0, 0, share);
            default -> new DropoutShares(share, share, 0, share);
        };
    }

    /**
     * Reads what the model was trained with; an absent key has the default of the reference's configuration class.
     *
     * @param folder the model
     * @return its shares
     * @throws InvalidModelException when {@code config.json} cannot be read or a share is out of range
     */
    public static DropoutShares of(ModelFolder folder) {
        if (folder.architecture() == Architecture.STATIC) {
            return NONE;
        }
        Path config = folder.tokenizer().resolveSibling("config.json");
        JsonNode node;
        try {
            node = new ObjectMapper().readTree(config.toFile());
        } catch (IOException e) {
            throw new InvalidModelException(config + " could not be read for its dropout; check the model folder", e);
        }
        return switch (folder.architecture()) {
            case MODERNBERT -> new DropoutShares(
                    share(node, "embedding_dropout", 0), share(node, "attention_dropout", 0), share(node, "mlp_dropout", 0), 0);
            case DISTILBERT -> of(Architecture.DISTILBERT, share(node, "dropout", 0.1));
            default -> of(folder.architecture(), share(node, "hidden_dropout_prob", 0.1));
        };
    }

    private static double share(JsonNode config, String key, double otherwise) {
        return config.path(key).isNumber() ? config.path(key).asDouble() : otherwise;
    }
}
