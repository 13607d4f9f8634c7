package io.github.embeddinglab.evaluation;

import io.github.embeddinglab.api.spi.RoomProvider;
import io.github.embeddinglab.testkit.RoomProviderContract;
import org.junit.jupiter.api.Tag;

@Tag("unit")
class EvaluationRoomContractTest extends RoomProviderContract {
    @Override
    protected RoomProvider provider() {
        return new EvaluationRoomProvider();
    }
}
