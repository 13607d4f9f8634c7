package io.github.embeddinglab.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Room;
import io.github.embeddinglab.api.spi.NamedProvider;
import io.github.embeddinglab.api.spi.RoomProvider;
import java.nio.file.Path;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link RoomProvider} keeps. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public abstract class RoomProviderContract {
    @TempDir
    Path directory;

    /** For subclasses. */
    @SuppressWarnings("NullAway.Init")
    protected RoomProviderContract() {}

    /**
     * The provider that is judged.
     *
     * @return a new or shared provider
     */
    protected abstract RoomProvider provider();

    /**
     * The laboratory that the room is opened in.
     *
     * @param room the provider that is judged
     * @param folder an empty folder for models and rooms
     * @return a laboratory that has the room; a {@link FakeLaboratoryProvider}'s by default
     */
    protected EmbeddingLaboratory laboratory(RoomProvider room, Path folder) {
        return EmbeddingLaboratory.builder()
                .discovery(false)
                .provider(new FakeLaboratoryProvider())
                .modelDirectory(folder)
                .room(room)
                .build();
    }

    /** Name and version pass discovery. */
    @Test
    protected void passesDiscovery() {
        assertThat(NamedProvider.check(RoomProvider.class, List.of(provider()))).hasSize(1);
        assertThat(provider().apiVersion()).isEqualTo(NamedProvider.API_VERSION);
    }

    /** The room is of the interface that is announced, and the interface is one of rooms. */
    @Test
    protected void roomIsOfTheAnnouncedKind() {
        Class<? extends Room> kind = provider().room();
        assertThat(kind).isInterface().isNotEqualTo(Room.class);
        assertThat(provider().room()).isEqualTo(kind);
        try (EmbeddingLaboratory laboratory = laboratory(provider(), directory)) {
            assertThat(laboratory.room(kind)).isInstanceOf(kind).isSameAs(laboratory.room(kind));
        }
    }

    /** Two laboratories have rooms of their own, closed apart. */
    @Test
    protected void laboratoriesHaveRoomsOfTheirOwn() {
        RoomProvider provider = provider();
        try (EmbeddingLaboratory one = laboratory(provider, directory.resolve("one"))) {
            Room room = one.room(provider.room());
            try (EmbeddingLaboratory other = laboratory(provider, directory.resolve("other"))) {
                assertThat((Object) other.room(provider.room())).isNotSameAs(room);
            }
            assertThat((Object) one.room(provider.room())).isSameAs(room);
        }
    }
}
