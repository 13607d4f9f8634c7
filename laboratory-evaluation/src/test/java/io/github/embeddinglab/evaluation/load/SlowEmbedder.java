package io.github.embeddinglab.evaluation.load;

import io.github.embeddinglab.api.DelegatingEmbedder;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import java.util.List;

/** Takes its time, one call after the other. */
final class SlowEmbedder extends DelegatingEmbedder {
    private final long millis;

    SlowEmbedder(Embedder delegate, long millis) {
        super(delegate);
        this.millis = millis;
    }

    @Override
    public synchronized Embeddings embed(List<String> texts, EmbedOptions options) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return delegate().embed(texts, options);
    }
}
