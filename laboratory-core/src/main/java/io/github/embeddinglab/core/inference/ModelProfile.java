package io.github.embeddinglab.core.inference;

import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.core.model.EncoderConfig;
import io.github.embeddinglab.core.model.ModelModule;
import io.github.embeddinglab.core.model.Prompts;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * What an embedder needs to know of its model's folder.
 *
 * @param name as the caller asked for it
 * @param fingerprint of the folder
 * @param dimensions width of the vectors
 * @param maxTokens limit of one text
 * @param prompts by name
 * @param modules after the encoder
 * @param encoder null for static models
 * @param notices what users were told already
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record ModelProfile(
        String name,
        Fingerprint fingerprint,
        int dimensions,
        int maxTokens,
        Prompts prompts,
        List<ModelModule> modules,
        @Nullable EncoderConfig encoder,
        Notices notices) {
    /** Copies the list. */
    public ModelProfile {
        modules = List.copyOf(modules);
    }

    /**
     * For a model whose users were told nothing yet.
     *
     * @param name as the caller asked for it
     * @param fingerprint of the folder
     * @param dimensions width of the vectors
     * @param maxTokens limit of one text
     * @param prompts by name
     * @param modules after the encoder
     * @param encoder null for static models
     */
    public ModelProfile(
            String name,
            Fingerprint fingerprint,
            int dimensions,
            int maxTokens,
            Prompts prompts,
            List<ModelModule> modules,
            @Nullable EncoderConfig encoder) {
        this(name, fingerprint, dimensions, maxTokens, prompts, modules, encoder, new Notices());
    }

    boolean normalizes() {
        return !modules.isEmpty() && modules.get(modules.size() - 1) instanceof ModelModule.Normalize;
    }

    boolean promptIsPooled() {
        return modules.stream().noneMatch(module -> module instanceof ModelModule.Pooling pooling && !pooling.includePrompt());
    }

    EncoderConfig encoderOrThrow() {
        if (encoder == null) {
            throw new InvalidModelException("model " + name + " is static and has no encoder to run");
        }
        return encoder;
    }
}
