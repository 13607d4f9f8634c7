package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.Embedder;
import org.junit.jupiter.api.Tag;

@Tag("unit")
class FakeEmbedderContractTest extends EmbedderContract {
    @Override
    protected Embedder open() {
        return FakeEmbedder.open();
    }
}
