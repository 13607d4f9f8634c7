package io.github.embeddinglab.evaluation;

import io.github.embeddinglab.api.Benchmarks;
import io.github.embeddinglab.api.Room;
import io.github.embeddinglab.api.spi.RoomContext;
import io.github.embeddinglab.api.spi.RoomProvider;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Brings the room of evaluation and benchmarks. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class EvaluationRoomProvider implements RoomProvider {
    /** For {@link java.util.ServiceLoader}. */
    public EvaluationRoomProvider() {}

    @Override
    public String name() {
        return "evaluation";
    }

    @Override
    public Class<? extends Room> room() {
        return Benchmarks.class;
    }

    @Override
    public Room open(RoomContext context) {
        return new EvaluationRoom(context.laboratory());
    }
}
