package io.github.embeddinglab.core.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The nine reference models in the test resources. */
final class Fixtures {
    static final List<String> NAMES = List.of(
            "bert-mean",
            "bert-cls-prompts",
            "bert-labse",
            "mpnet-mean",
            "xlm-roberta-mean",
            "roberta-max",
            "distilbert-dense",
            "modernbert-mean",
            "static-mean");

    private Fixtures() {}

    static Path folder(String name) {
        URL url = Objects.requireNonNull(Fixtures.class.getResource("/fixtures/models/" + name + "/modules.json"), name);
        try {
            return Objects.requireNonNull(Path.of(url.toURI()).getParent());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static Path copy(String name, Path target) {
        Path source = folder(name);
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Path to = target.resolve(source.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return target;
    }

    /** Replaces a text that must be there. */
    static void edit(Path file, String from, String to) {
        try {
            String before = Files.readString(file);
            if (!before.contains(from)) {
                throw new IllegalStateException(file + " does not hold " + from);
            }
            Files.writeString(file, before.replace(from, to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
