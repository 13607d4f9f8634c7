package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.spi.EmbedderProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

@Tag("integration")
class RemoteStandInProviderTest extends EmbedderProviderContract {
    private final RemoteStandIn service = RemoteStandIn.start();

    @Override
    protected EmbedderProvider provider() {
        return service;
    }

    @AfterEach
    void stop() {
        service.close();
    }
}
