package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.Room;
import io.github.embeddinglab.api.Training;
import io.github.embeddinglab.api.spi.RoomContext;
import io.github.embeddinglab.api.spi.RoomProvider;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Brings the room of fine-tuning; libtorch is loaded when a training begins, not before. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class TrainingRoomProvider implements RoomProvider {
    /** For {@link java.util.ServiceLoader}. */
    public TrainingRoomProvider() {}

    @Override
    public String name() {
        return "training";
    }

    @Override
    public Class<? extends Room> room() {
        return Training.class;
    }

    @Override
    public Room open(RoomContext context) {
        return new TrainingRoom(context);
    }
}
