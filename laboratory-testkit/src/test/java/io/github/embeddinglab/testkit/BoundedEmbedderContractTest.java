package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.BoundedEmbedder;
import io.github.embeddinglab.api.Embedder;
import org.junit.jupiter.api.Tag;

@Tag("unit")
class BoundedEmbedderContractTest extends EmbedderContract {
    @Override
    protected Embedder open() {
        return BoundedEmbedder.over(FakeEmbedder.open(), 4, 1000);
    }
}
