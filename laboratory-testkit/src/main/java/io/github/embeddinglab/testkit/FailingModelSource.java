package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.ModelRef;
import io.github.embeddinglab.api.spi.ModelSource;
import java.nio.file.Path;
import java.util.Optional;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Fails as a {@link Failures} plan says, to test whoever asks a source; {@code find} is counted, {@code has} is not. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class FailingModelSource implements ModelSource {
    private final ModelSource delegate;
    private final Failures failures;

    /**
     * Wraps a source.
     *
     * @param delegate answers the calls that do not fail
     * @param failures which calls of {@code find} fail
     */
    public FailingModelSource(ModelSource delegate, Failures failures) {
        this.delegate = delegate;
        this.failures = failures;
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
        failures.check("find of " + model);
        return delegate.find(model);
    }

    @Override
    public boolean has(ModelRef model) {
        return delegate.has(model);
    }
}
