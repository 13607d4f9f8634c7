package io.github.embeddinglab.cli;

import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.LaboratoryBuilder;
import io.github.embeddinglab.core.configuration.Configuration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every verb takes. */
final class CommonOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A laboratory.yaml; may be repeated, later ones win.")
    private List<Path> configurations = new ArrayList<>();

    @Option(
            names = "--models-directory",
            paramLabel = "DIR",
            description = "Where imported, downloaded and compiled models are kept.")
    private @Nullable Path modelDirectory;

    @Option(names = "--allow-downloads", description = "Allow downloads from the hub; without it no connection is made.")
    private boolean allowDownloads;

    @Option(names = "--json", description = "Print exactly one JSON object on standard output.")
    private boolean json;

    @Option(names = Lab.DEBUG, description = "Show the stack trace of an error.")
    private boolean debug;

    boolean json() {
        return json;
    }

    boolean debug() {
        return debug;
    }

    /** What the files say. */
    Configuration configuration() {
        return Configuration.read(configurations);
    }

    /** The model directory that the command line or a file names; empty for the environment's choice. */
    Optional<Path> modelDirectory() {
        return Optional.ofNullable(modelDirectory)
                .or(() -> configuration().get("models", "directory", String.class).map(Path::of));
    }

    /** The same settings as words of a command line, for a process of its own. */
    List<String> words() {
        List<String> words = new ArrayList<>();
        configurations.forEach(file -> words.addAll(List.of("--config", file.toAbsolutePath().toString())));
        if (modelDirectory != null) {
            words.addAll(List.of("--models-directory", modelDirectory.toAbsolutePath().toString()));
        }
        if (allowDownloads) {
            words.add("--allow-downloads");
        }
        return words;
    }

    LaboratoryBuilder builder() {
        LaboratoryBuilder builder = EmbeddingLaboratory.builder();
        configurations.forEach(builder::configuration);
        if (allowDownloads) {
            builder.allowDownloads(true);
        }
        if (modelDirectory != null) {
            builder.modelDirectory(modelDirectory);
        }
        return builder;
    }
}
