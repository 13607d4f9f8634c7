package io.github.embeddinglab.core.zoo;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.ModelFacts;
import io.github.embeddinglab.api.ModelId;
import io.github.embeddinglab.core.files.WholeFiles;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.core.model.ModelModule.PoolingMode;
import io.github.embeddinglab.core.model.Prompts;
import io.github.embeddinglab.core.onnx.ImportSettings;
import io.github.embeddinglab.core.onnx.OnnxImporter;
import io.github.embeddinglab.core.onnx.OnnxSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** Takes a user's model: a folder as it is, an ONNX model by importing it. */
final class FolderImport {
    private static final int DEFAULT_TOKENS = 512;

    private final Path directory;

    FolderImport(Path directory) {
        this.directory = directory;
    }

    /**
     * What is to be registered.
     *
     * @param folder of the model
     * @param managed whether it was made here
     * @param facts completed from the folder
     */
    record Result(Path folder, boolean managed, ModelFacts facts) {}

    Result take(ModelId id, Path path, ModelFacts facts) {
        if (!Files.exists(path)) {
            throw new InvalidInputException("model folder " + path + " does not exist; name an existing one");
        }
        boolean onnx = !Files.exists(path.resolve("config.json")) && !Files.exists(path.resolve("modules.json"));
        Path folder = onnx ? importOnnx(id, path, facts) : path.toAbsolutePath().normalize();
        try (ModelFolder opened = ModelFolder.open(folder)) {
            return new Result(folder, onnx, FolderFacts.of(opened, facts));
        } catch (RuntimeException | Error e) {
            if (onnx) {
                discard(folder);
            }
            throw e;
        }
    }

    private Path importOnnx(ModelId id, Path path, ModelFacts facts) {
        if (facts.pooling().isEmpty()) {
            throw new InvalidInputException("an ONNX model does not say how its token vectors become one; name the pooling"
                    + " (--pooling cls, mean or max), and prompts and limit where it has them");
        }
        PoolingMode pooling = Arrays.stream(PoolingMode.values())
                .filter(mode -> mode.name().equals(facts.pooling().toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new InvalidInputException("pooling \"" + facts.pooling() + "\" is not known; there are "
                        + Arrays.toString(PoolingMode.values()).toLowerCase(Locale.ROOT)));
        ImportSettings settings = new ImportSettings(
                pooling,
                true,
                Prompts.of(facts.prompts()),
                facts.maxTokens() == 0 ? DEFAULT_TOKENS : facts.maxTokens());
        Path target = directory.resolve(id.value());
        OnnxSource source = Files.isDirectory(path)
                ? OnnxSource.folder(path)
                : OnnxSource.of(path, path.resolveSibling("tokenizer.json"));
        OnnxImporter.importModel(source, settings, target);
        return target;
    }

    /** Removes a folder that was made here. */
    static void discard(Path folder) {
        try {
            WholeFiles.delete(folder);
        } catch (IOException e) {
            throw new LaboratoryException(
                    "the model is no longer registered, but its folder " + folder + " cannot be deleted: " + e.getMessage(), e);
        }
    }
}
