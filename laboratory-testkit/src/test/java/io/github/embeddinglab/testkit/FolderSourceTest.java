package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.ModelRef;
import io.github.embeddinglab.api.spi.ModelSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class FolderSourceTest extends ModelSourceContract {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path root;

    @BeforeEach
    void writeModel() throws IOException {
        Path model = Files.createDirectories(root.resolve("here"));
        Files.writeString(model.resolve("modules.json"), "[]");
    }

    @Override
    protected ModelSource source() {
        return new AssertingModelSource(new FailingModelSource(new FolderSource(root), Failures.never()));
    }

    @Override
    protected ModelRef present() {
        return ModelRef.parse("here");
    }

    static class FolderSource implements ModelSource {
        private final Path root;

        FolderSource(Path root) {
            this.root = root;
        }

        @Override
        public String name() {
            return "folder";
        }

        @Override
        public Optional<Path> find(ModelRef model) {
            return has(model) ? Optional.of(root.resolve(model.name())) : Optional.empty();
        }

        @Override
        public boolean has(ModelRef model) {
            try {
                Path folder = root.resolve(model.name()).normalize();
                return folder.startsWith(root) && Files.exists(folder.resolve("modules.json"));
            } catch (InvalidPathException e) {
                throw new LaboratoryException(model + " is no path", e);
            }
        }
    }
}
