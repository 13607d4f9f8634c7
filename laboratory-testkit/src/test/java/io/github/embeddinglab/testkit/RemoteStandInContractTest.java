package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embedder.Capability;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

@Tag("integration")
class RemoteStandInContractTest extends EmbedderContract {
    private final RemoteStandIn service = RemoteStandIn.start();

    @Override
    protected Embedder open() {
        return service.open(RemoteStandIn.MODEL);
    }

    @Override
    protected Set<Capability> capabilities() {
        return Set.of(Capability.DIMENSIONS);
    }

    @AfterEach
    void stop() {
        service.close();
    }
}
