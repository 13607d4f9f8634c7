package io.github.embeddinglab.core.export;

import io.github.embeddinglab.api.Export;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.ModelFacts;
import io.github.embeddinglab.core.graph.GraphCompiler;
import io.github.embeddinglab.core.graph.GraphOptions;
import io.github.embeddinglab.core.model.Architecture;
import io.github.embeddinglab.core.model.ModelFolder;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.core.files.WholeFiles;
import io.github.embeddinglab.core.tokenization.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/** Writes a model in the forms of {@link Export}, whole or not at all. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Exporter {
    private final String name;
    private final @Nullable ModelFacts facts;

    /**
     * Prepares an export.
     *
     * @param name of the model
     * @param facts for the model card, null where only the folder is known
     */
    public Exporter(String name, @Nullable ModelFacts facts) {
        this.name = name;
        this.facts = facts;
    }

    /**
     * Writes the model.
     *
     * @param folder what to write
     * @param form how
     * @param target a folder that does not exist yet
     * @return the main file
     * @throws InvalidInputException when the target exists or the form does not fit the model
     * @throws LaboratoryException when the file system refuses; nothing is there then
     */
    public Path export(ModelFolder folder, Export form, Path target) {
        if (Files.exists(target)) {
            throw new InvalidInputException(
                    "export target " + target + " exists; name a new folder, or remove this one first");
        }
        Path[] main = new Path[1];
        WholeFiles.folder(target, partial -> main[0] = partial.relativize(write(folder, form, partial)));
        return target.resolve(main[0]);
    }

    private Path write(ModelFolder folder, Export form, Path into) throws IOException {
        if (form instanceof Export.Onnx onnx) {
            return writeOnnx(folder, onnx, into);
        }
        if (form instanceof Export.Jar jar) {
            return ModelJar.write(new ModelJar.Content(name, folder, ModelCard.text(name, folder, facts)), jar, into);
        }
        copy(folder.path(), into);
        Path card = into.resolve("README.md");
        if (!Files.exists(card)) {
            Files.writeString(card, ModelCard.text(name, folder, facts));
        }
        return into.resolve("modules.json");
    }

    private Path writeOnnx(ModelFolder folder, Export.Onnx onnx, Path into) throws IOException {
        if (folder.architecture() == Architecture.STATIC) {
            throw new InvalidInputException("model " + name + " is static: it has no graph to export; use --as folder or jar");
        }
        GraphCompiler.compile(
                        folder.encoder(),
                        folder.modules(),
                        folder.tensors(),
                        onnx.poolingInside() ? GraphOptions.standard() : GraphOptions.standardTokens())
                .writeTo(into);
        Files.writeString(into.resolve("tokenizer.json"), Tokenizers.content(folder.tokenizer(), folder.lowerCase()));
        Files.writeString(into.resolve("README.md"), ModelCard.text(name, folder, facts));
        return into.resolve("model.onnx");
    }

    static void copy(Path from, Path into) throws IOException {
        for (Path file : files(from)) {
            Path copy = into.resolve(from.relativize(file).toString());
            Files.createDirectories(copy.getParent());
            Files.copy(file, copy);
        }
    }

    /** All files of a model's folder, hidden ones left out, sorted. */
    static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> !folder.relativize(file).toString().startsWith("."))
                    .sorted()
                    .toList();
        }
    }
}
