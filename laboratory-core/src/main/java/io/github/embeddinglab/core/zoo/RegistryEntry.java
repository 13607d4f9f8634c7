package io.github.embeddinglab.core.zoo;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.embeddinglab.api.ModelFacts;
import io.github.embeddinglab.api.ModelId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of the registry, built-in or the user's, as its file spells it.
 *
 * @param id name
 * @param hub name on the hub, empty where it is not there
 * @param aliases other names
 * @param kind what brings it
 * @param description one line
 * @param dimensions 0 where only the folder tells
 * @param maxTokens 0 where there is no limit or only the folder tells
 * @param languages ISO 639 codes, or {@code multilingual}
 * @param licence SPDX identifier or empty
 * @param pooling as in {@code mean}
 * @param prompts by name
 * @param scores published results
 * @param path folder of a user's model, null for built-in ones
 * @param managed whether the registry made that folder and removes it
 */
record RegistryEntry(
        String id,
        @Nullable String hub,
        @Nullable List<String> aliases,
        Kind kind,
        @Nullable String description,
        int dimensions,
        @JsonProperty("max_tokens") int maxTokens,
        @Nullable List<String> languages,
        @Nullable String licence,
        @Nullable String pooling,
        @Nullable Map<String, String> prompts,
        @Nullable List<ModelFacts.Score> scores,
        @Nullable String path,
        boolean managed) {

    /** What brings a model. */
    enum Kind {
        /** A folder with a transformer. */
        @JsonProperty("encoder")
        ENCODER,
        /** A folder with a token table. */
        @JsonProperty("static")
        STATIC,
        /** A folder that the fine-tuning room makes. */
        @JsonProperty("trained")
        TRAINED,
        /** A service, through a provider of embedders. */
        @JsonProperty("remote")
        REMOTE
    }

    static RegistryEntry ofUser(ModelId id, String path, boolean managed, ModelFacts facts) {
        return new RegistryEntry(
                id.value(),
                null,
                null,
                Kind.ENCODER,
                facts.description(),
                facts.dimensions(),
                facts.maxTokens(),
                facts.languages(),
                facts.licence(),
                facts.pooling(),
                facts.prompts(),
                facts.scores(),
                path,
                managed);
    }

    boolean isCalled(String name) {
        return id.equals(name) || name.equals(hub) || aliasList().contains(name);
    }

    List<String> aliasList() {
        return aliases == null ? List.of() : aliases;
    }

    String hubName() {
        return hub == null ? "" : hub;
    }

    ModelFacts facts() {
        return new ModelFacts(
                description == null ? "" : description,
                dimensions,
                maxTokens,
                languages == null ? List.of() : languages,
                licence == null ? "" : licence,
                pooling == null ? "" : pooling,
                prompts == null ? Map.of() : prompts,
                scores == null ? List.of() : scores);
    }
}
