package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.ModelRef;
import io.github.embeddinglab.api.spi.ModelSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Checks the results of another source, and throws {@link AssertionError} at the first fault. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class AssertingModelSource implements ModelSource {
    private final ModelSource delegate;

    /**
     * Wraps a source.
     *
     * @param delegate to be checked
     */
    public AssertingModelSource(ModelSource delegate) {
        this.delegate = delegate;
    }

    @Override
    public String name() {
        return delegate.name();
    }

    @Override
    public int apiVersion() {
        return delegate.apiVersion();
    }

    @Override
    public Optional<Path> find(ModelRef model) {
        boolean had = has(model);
        Optional<Path> found = delegate.find(model);
        if (had && found.isEmpty()) {
            throw new AssertionError(name() + " has " + model + " and does not find it");
        }
        found.ifPresent(folder -> {
            if (!Files.isDirectory(folder)) {
                throw new AssertionError(name() + " gave " + folder + " for " + model + ", which is no folder");
            }
        });
        return found;
    }

    @Override
    public boolean has(ModelRef model) {
        if (model == null) {
            throw new AssertionError("a source was asked for null");
        }
        return delegate.has(model);
    }
}
