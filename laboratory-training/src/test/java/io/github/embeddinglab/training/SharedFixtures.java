package io.github.embeddinglab.training;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Oracles beside the checkout. */
public final class SharedFixtures {
    private SharedFixtures() {}

    /** A fixture's path; skips the test where it is absent. */
    public static Path path(String name) {
        Path path = Path.of(System.getProperty("laboratory.shared", "absent"), "fixtures").resolve(name);
        Assumptions.assumeTrue(Files.exists(path), "fixture " + name + " is not beside this checkout");
        return path;
    }

    public static JsonNode json(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
