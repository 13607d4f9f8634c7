package io.github.embeddinglab.api;

import java.util.List;
import java.util.Set;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Passes every call on, closing included; for wrappers that change one thing. A stream goes through {@link #embed(List, EmbedOptions)}
 * of the wrapper, block by block.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public abstract class DelegatingEmbedder implements Embedder {
    private final Embedder delegate;

    /**
     * Wraps an embedder.
     *
     * @param delegate closed with this one
     */
    protected DelegatingEmbedder(Embedder delegate) {
        this.delegate = delegate;
    }

    /**
     * The wrapped embedder.
     *
     * @return as given
     */
    protected final Embedder delegate() {
        return delegate;
    }

    @Override
    public String model() {
        return delegate.model();
    }

    @Override
    public Embeddings embed(List<String> texts, EmbedOptions options) {
        return delegate.embed(texts, options);
    }

    @Override
    public int dimensions() {
        return delegate.dimensions();
    }

    @Override
    public int maxTokens() {
        return delegate.maxTokens();
    }

    @Override
    public int countTokens(String text) {
        return delegate.countTokens(text);
    }

    @Override
    public Fingerprint fingerprint() {
        return delegate.fingerprint();
    }

    @Override
    public Fingerprint documentFingerprint() {
        return delegate.documentFingerprint();
    }

    @Override
    public Set<Capability> capabilities() {
        return delegate.capabilities();
    }

    @Override
    public void close() {
        delegate.close();
    }
}
