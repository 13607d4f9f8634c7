package io.github.embeddinglab.core.zoo;

import io.github.embeddinglab.api.ModelCheck;
import io.github.embeddinglab.api.ModelFacts;
import io.github.embeddinglab.api.ModelId;
import io.github.embeddinglab.api.ModelInfo;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.ModelModule;
import io.github.embeddinglab.core.tokenization.Tokenizer;
import io.github.embeddinglab.core.tokenization.Tokenizers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a folder tells of its model. */
final class FolderFacts {
    private static final int LONGEST_NAME = 96;

    private FolderFacts() {}

    /** The facts that a folder holds; those it does not hold are taken from what the caller knows. */
    static ModelFacts of(ModelFolder folder, ModelFacts known) {
        return new ModelFacts(
                known.description(),
                folder.dimensions(),
                folder.maxTokens() == Integer.MAX_VALUE ? 0 : folder.maxTokens(),
                known.languages(),
                known.licence(),
                pooling(folder),
                folder.prompts().byName(),
                known.scores());
    }

    /** A model that is only a folder. */
    static ModelInfo of(Path path) {
        try (ModelFolder folder = ModelFolder.open(path)) {
            ModelFacts none = new ModelFacts("folder", 0, 0, List.of(), "", "", java.util.Map.of(), List.of());
            return new ModelInfo(
                    ModelId.of(name(path)),
                    List.of(),
                    of(folder, none),
                    ModelInfo.Availability.READY,
                    path.toString(),
                    false);
        }
    }

    /** A model's name made of its folder's. */
    static String name(Path path) {
        String name = String.valueOf(path.toAbsolutePath().normalize().getFileName())
                .replaceAll("[^A-Za-z0-9._-]", "_")
                .replaceAll("^[.-]+", "");
        return name.isEmpty() ? "model" : name.substring(0, Math.min(name.length(), LONGEST_NAME));
    }

    private static String pooling(ModelFolder folder) {
        return folder.modules().stream()
                .filter(ModelModule.Pooling.class::isInstance)
                .map(ModelModule.Pooling.class::cast)
                .flatMap(pooling -> pooling.modes().stream())
                .map(mode -> mode.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining("+"));
    }

    /** Reads every tensor, tries the tokenizer, and compares the fingerprint with the one that is on record. */
    static ModelCheck verify(String model, Path path, Path natives, KnownFingerprints fingerprints) {
        List<String> problems = new ArrayList<>();
        try (ModelFolder folder = ModelFolder.open(path)) {
            long parameters = 0;
            for (String name : folder.tensors().names()) {
                float[] values = folder.tensors().floats(name);
                parameters += values.length;
                for (float value : values) {
                    if (!Float.isFinite(value)) {
                        problems.add("tensor " + name + " holds " + value + "; the weights are damaged");
                        break;
                    }
                }
            }
            try (Tokenizer tokenizer = Tokenizers.open(folder.tokenizer(), natives, folder.lowerCase())) {
                if (tokenizer.count("a test") < 1) {
                    problems.add("the tokenizer gives no token for \"a test\"");
                }
            }
            fingerprints.problem(folder).ifPresent(problems::add);
            return new ModelCheck(model, folder.fingerprint(), parameters, CompiledGraphs.size(path), problems);
        } catch (IOException e) {
            throw new io.github.embeddinglab.api.InvalidModelException(path + " cannot be read: " + e.getMessage(), e);
        }
    }
}
