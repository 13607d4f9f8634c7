package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.Room;
import io.github.embeddinglab.api.spi.RoomContext;
import io.github.embeddinglab.api.spi.RoomProvider;
import org.junit.jupiter.api.Tag;

@Tag("unit")
class CellarTest extends RoomProviderContract {
    interface Cellar extends Room {}

    @Override
    protected RoomProvider provider() {
        return new RoomProvider() {
            @Override
            public String name() {
                return "cellar";
            }

            @Override
            public Class<? extends Room> room() {
                return Cellar.class;
            }

            @Override
            public Room open(RoomContext context) {
                return new Cellar() {};
            }
        };
    }
}
