package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.spi.LaboratoryProvider;
import org.junit.jupiter.api.Tag;

@Tag("unit")
class FakeLaboratoryTest extends LaboratoryProviderContract {
    @Override
    protected LaboratoryProvider provider() {
        return new FakeLaboratoryProvider();
    }
}
