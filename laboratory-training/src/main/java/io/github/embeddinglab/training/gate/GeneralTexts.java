package io.github.embeddinglab.training.gate;

import io.github.embeddinglab.api.LaboratoryException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Sentences of everyday subjects, one a line, written for this library: on these a tuned model should still see what its parent saw. */
final class GeneralTexts {
    private static final String FILE = "general-texts.txt";

    private GeneralTexts() {}

    static List<String> all() {
        try (InputStream in = GeneralTexts.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new LaboratoryException(FILE + " is missing from laboratory-training; the jar is damaged");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> !line.isBlank()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(FILE + " of laboratory-training cannot be read", e);
        }
    }
}
