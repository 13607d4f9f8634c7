package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.Embedder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("unit")
class AssertingEmbedderContractTest extends EmbedderContract {
    @RegisterExtension
    final LeakCheck leaks = new LeakCheck();

    @Override
    protected Embedder open() {
        return AssertingEmbedder.judgingResults(FakeEmbedder.open(), leaks);
    }
}
