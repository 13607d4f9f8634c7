package io.github.embeddinglab.api.spi;

import io.github.embeddinglab.api.Room;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Brings one room. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface RoomProvider extends NamedProvider {
    /**
     * The interface of the room.
     *
     * @return one of the rooms of {@code io.github.embeddinglab.api}
     */
    Class<? extends Room> room();

    /**
     * Opens the room; called once for a laboratory, at first use. A room that is {@link AutoCloseable} is closed with it.
     *
     * @param context the laboratory it belongs to
     * @return the room
     */
    Room open(RoomContext context);
}
