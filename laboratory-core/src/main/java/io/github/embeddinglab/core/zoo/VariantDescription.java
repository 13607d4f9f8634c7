package io.github.embeddinglab.core.zoo;

import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.ModelVariant;
import io.github.embeddinglab.core.inference.ModelProfile;
import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.ModelDescription;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.ModelModule;
import io.github.embeddinglab.core.model.ModelModule.PoolingMode;
import io.github.embeddinglab.core.model.Prompts;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * A model with other steps around its weights.
 *
 * @param profile what an embedder needs to know
 * @param graphSuffix tells its compiled graph from the model's own
 */
record VariantDescription(ModelProfile profile, String graphSuffix) {
    static VariantDescription of(String name, ModelFolder folder, ModelVariant variant) {
        ModelDescription own = folder.description();
        boolean table = folder.architecture() == Architecture.STATIC;
        if (table && !variant.poolings().isEmpty()) {
            throw new InvalidInputException(
                    "model " + name + " is a static table, which has no pooling to vary; leave the poolings out");
        }
        List<ModelModule> modules = new ArrayList<>();
        for (ModelModule module : own.modules()) {
            if (module instanceof ModelModule.Pooling && !variant.poolings().isEmpty()) {
                modules.add(new ModelModule.Pooling(
                        variant.poolings().stream().map(VariantDescription::mode).toList(), true));
            } else if (!(module instanceof ModelModule.Normalize)) {
                modules.add(module);
            }
        }
        int positions = folder.longestSequence();
        int limit = variant.maxTokens() == 0 ? own.maxTokens() : Math.min(variant.maxTokens(), positions);
        // checks the widths: a dense layer reads one pooled vector only
        ModelDescription changed = new ModelDescription(
                own.encoder(), own.tokenDimensions(), modules, Prompts.of(own.prompts().byName()), limit, own.lowerCase());
        ModelProfile profile = new ModelProfile(
                name,
                fingerprint(folder.fingerprint(), variant),
                changed.dimensions(),
                limit,
                changed.prompts(),
                changed.modules(),
                changed.encoder());
        return new VariantDescription(
                profile, variant.poolings().isEmpty() ? "-raw" : "-" + String.join("+", variant.poolings()));
    }

    private static PoolingMode mode(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "cls" -> PoolingMode.CLS;
            case "max" -> PoolingMode.MAX;
            case "mean" -> PoolingMode.MEAN;
            case "mean_sqrt_len" -> PoolingMode.MEAN_SQRT_LEN;
            case "weightedmean" -> PoolingMode.WEIGHTED_MEAN;
            case "lasttoken" -> PoolingMode.LAST_TOKEN;
            default -> throw new InvalidInputException("pooling \"" + name
                    + "\" is not known; there are cls, max, mean, mean_sqrt_len, weightedmean and lasttoken");
        };
    }

    private static Fingerprint fingerprint(Fingerprint model, ModelVariant variant) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((model.value() + " as " + variant).getBytes(StandardCharsets.UTF_8));
            return new Fingerprint(HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
