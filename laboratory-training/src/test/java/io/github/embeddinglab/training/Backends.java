package io.github.embeddinglab.training;

import io.github.embeddinglab.api.MissingArtifactException;
import io.github.embeddinglab.training.libtorch.LibtorchBackend;
import io.github.embeddinglab.training.spi.TrainingBackend;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** The backends under test. */
public enum Backends {
    REFERENCE,
    LIBTORCH;

    static Stream<Backends> all() {
        return Stream.of(values());
    }

    /** Opens the backend, or skips the test where this platform has no natives. */
    public TrainingBackend open() {
        if (this == REFERENCE) {
            return new ReferenceBackend();
        }
        try {
            return LibtorchBackend.open(1); // waiting threads spin, which tiny tensors on a busy machine pay dearly
        } catch (MissingArtifactException e) {
            Assumptions.assumeTrue(false, e.getMessage());
            throw e;
        }
    }
}
