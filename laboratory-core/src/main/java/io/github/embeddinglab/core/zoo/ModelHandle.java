package io.github.embeddinglab.core.zoo;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Progress;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** What {@code models().load(name)} gives: holds nothing but a name, and leases the loaded model for each call. */
final class ModelHandle implements Embedder {
    /** Uses a loaded model. */
    interface Lease {
        <T> T with(Function<Embedder, T> use);

        /** Marks the calls of a listener, from which the lender cannot be closed. */
        default Progress.Listener guarded(Progress.Listener listener) {
            return listener;
        }
    }

    private final String model;
    private final Lease lease;
    private volatile boolean closed;

    ModelHandle(String model, Lease lease) {
        this.model = model;
        this.lease = lease;
    }

    private <T> T with(Function<Embedder, T> use) {
        if (closed) {
            throw new LaboratoryException("this handle of model " + model + " was closed; load it again");
        }
        return lease.with(use);
    }

    @Override
    public String model() {
        return model;
    }

    @Override
    public Embeddings embed(List<String> texts, EmbedOptions options) {
        options.model().filter(name -> !name.equals(model)).ifPresent(name -> {
            throw new InvalidInputException("options name the model \"" + name + "\", this embedder is \"" + model
                    + "\"; ask the laboratory instead, or leave the model out");
        });
        // the embedder behind the handle may have another name of its own
        EmbedOptions unnamed = options.withoutModel().progress(lease.guarded(options.progress()));
        return with(embedder -> embedder.embed(texts, unnamed));
    }

    @Override
    public int dimensions() {
        return with(Embedder::dimensions);
    }

    @Override
    public int maxTokens() {
        return with(Embedder::maxTokens);
    }

    @Override
    public int countTokens(String text) {
        return with(embedder -> embedder.countTokens(text));
    }

    @Override
    public Fingerprint fingerprint() {
        return with(Embedder::fingerprint);
    }

    @Override
    public Fingerprint documentFingerprint() {
        return with(Embedder::documentFingerprint);
    }

    @Override
    public Set<Capability> capabilities() {
        return with(Embedder::capabilities);
    }

    @Override
    public void close() {
        closed = true;
    }
}
