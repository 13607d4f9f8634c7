package io.github.embeddinglab.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.LaboratoryBuilder;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.MissingArtifactException;
import io.github.embeddinglab.api.ModelFacts;
import io.github.embeddinglab.api.ModelId;
import io.github.embeddinglab.api.ModelInfo;
import io.github.embeddinglab.api.ModelNotFoundException;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.Room;
import io.github.embeddinglab.api.spi.EmbedderProvider;
import io.github.embeddinglab.api.spi.LaboratoryProvider;
import io.github.embeddinglab.api.spi.NamedProvider;
import io.github.embeddinglab.api.spi.RoomContext;
import io.github.embeddinglab.api.spi.RoomProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link LaboratoryProvider} keeps, shown with models and rooms that are handed in. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public abstract class LaboratoryProviderContract {
    private static final List<String> TEXTS = List.of("rotate a key", "the cat sleeps", "rain in the night");

    @TempDir
    Path directory;

    /** For subclasses. */
    @SuppressWarnings("NullAway.Init")
    protected LaboratoryProviderContract() {}

    /**
     * The provider that is judged.
     *
     * @return a new or shared provider
     */
    protected abstract LaboratoryProvider provider();

    private LaboratoryBuilder builder() {
        return EmbeddingLaboratory.builder().provider(provider()).discovery(false).modelDirectory(directory);
    }

    /** A room that no artifact brings. */
    public interface NoSuchRoom extends Room {}

    /** A room that the suite hands in. */
    public interface TestRoom extends Room {
        /**
         * The laboratory it was opened in.
         *
         * @return as its context says
         */
        EmbeddingLaboratory laboratory();
    }

    private record OpenRoom(RoomContext context, AtomicInteger closed) implements TestRoom, AutoCloseable {
        @Override
        public EmbeddingLaboratory laboratory() {
            return context.laboratory();
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    private record TestRooms(AtomicInteger opened, AtomicInteger closed) implements RoomProvider {
        @Override
        public String name() {
            return "test-room";
        }

        @Override
        public Class<? extends Room> room() {
            return TestRoom.class;
        }

        @Override
        public Room open(RoomContext context) {
            opened.incrementAndGet();
            assertThat(context.directory("test-room")).isDirectory();
            return new OpenRoom(context, closed);
        }
    }

    private record Provided(LeakCheck leaks) implements EmbedderProvider {
        @Override
        public String name() {
            return "provided";
        }

        @Override
        public List<ModelInfo> models() {
            ModelFacts facts = new ModelFacts("made for a test", 128, 64, List.of(), "", "mean", Map.of(), List.of());
            return List.of(new ModelInfo(
                    ModelId.of("provided-model"), List.of(), facts, ModelInfo.Availability.READY, "this test", false));
        }

        @Override
        public Embedder open(String model) {
            return AssertingEmbedder.judgingCallers(FakeEmbedder.builder().model(model).build(), leaks);
        }
    }

    /** Name and version pass discovery. */
    @Test
    protected void passesDiscovery() {
        assertThat(NamedProvider.check(LaboratoryProvider.class, List.of(provider()))).hasSize(1);
        assertThat(provider().apiVersion()).isEqualTo(NamedProvider.API_VERSION);
    }

    /** A handed-in embedder answers under its given name, and stays open when the laboratory closes. */
    @Test
    protected void handedInEmbedderAnswersAndStaysOpen() {
        try (LeakCheck leaks = new LeakCheck();
                FakeEmbedder plain = FakeEmbedder.open();
                Embedder mine = AssertingEmbedder.judgingCallers(FakeEmbedder.open(), leaks)) {
            try (EmbeddingLaboratory lab = builder().embedder("mine", mine).defaultModel("mine").build()) {
                Embeddings expected = plain.embed(TEXTS);
                assertThat(lab.defaultModel()).isEqualTo("mine");
                assertThat(lab.embed(TEXTS, EmbedOptions.model("mine"))).isEqualTo(expected);
                assertThat(lab.embed(TEXTS)).as("the default model").isEqualTo(expected);
                EmbedOptions query = EmbedOptions.defaults().role(Role.QUERY).dimensions(32);
                assertThat(lab.embed(TEXTS, query)).as("role and dimensions").isEqualTo(plain.embed(TEXTS, query));
                assertThat(lab.embed(List.of()).rows()).isZero();
            }
            assertThat(leaks.openCount()).as("handed-in embedders open after the laboratory closed").isEqualTo(1);
            assertThat(mine.embed(TEXTS).rows()).isEqualTo(3);
        }
    }

    /** A provider's model is found by name and closed with the laboratory. */
    @Test
    protected void providedModelIsClosedWithTheLaboratory() {
        try (LeakCheck leaks = new LeakCheck()) {
            try (EmbeddingLaboratory lab =
                    builder().embedderProvider(new Provided(leaks)).build()) {
                assertThat(lab.embed(TEXTS, EmbedOptions.model("provided-model")).rows()).isEqualTo(3);
            }
            assertThat(leaks.openCount()).as("models open after the laboratory closed").isZero();
        }
    }

    /** A model that nobody has is refused by name. */
    @Test
    protected void unknownModelIsRefusedByName() {
        try (FakeEmbedder mine = FakeEmbedder.open();
                EmbeddingLaboratory lab = builder().embedder("mine", mine).build()) {
            assertThatThrownBy(() -> lab.embed(TEXTS, EmbedOptions.model("no-such-model")))
                    .isInstanceOf(ModelNotFoundException.class)
                    .hasMessageContaining("no-such-model");
        }
    }

    /** A stream and a job give what the list gives. */
    @Test
    protected void streamAndJobEqualTheList() {
        try (FakeEmbedder mine = FakeEmbedder.open();
                EmbeddingLaboratory lab = builder().embedder("mine", mine).defaultModel("mine").build()) {
            Embeddings list = lab.embed(TEXTS);
            List<Embeddings> blocks = new ArrayList<>();
            lab.embed(TEXTS.iterator(), (first, rows) -> blocks.add(rows));
            assertThat(blocks).containsExactly(list);
            var job = lab.submitEmbed(TEXTS, EmbedOptions.defaults());
            assertThat(job.result()).isEqualTo(list);
            assertThat(job.toCompletableFuture().join()).isEqualTo(list);
            assertThat(job.cancel()).as("a finished job can be cancelled").isFalse();
        }
    }

    /** A room is opened once, at first use, in its laboratory, and closed with it once. */
    @Test
    protected void roomIsOpenedOnceAndClosedWithTheLaboratory() {
        AtomicInteger opened = new AtomicInteger();
        AtomicInteger closed = new AtomicInteger();
        EmbeddingLaboratory lab = builder().room(new TestRooms(opened, closed)).build();
        assertThat(opened).as("rooms opened before the first use").hasValue(0);
        TestRoom room = lab.room(TestRoom.class);
        assertThat((Object) lab.room(TestRoom.class)).isSameAs(room);
        assertThat((Object) room.laboratory()).isSameAs(lab);
        assertThat(opened).hasValue(1);
        lab.close();
        lab.close();
        assertThat(closed).hasValue(1);
    }

    /** A room that nobody brings is refused with Maven coordinates or a way to hand it in. */
    @Test
    protected void missingRoomNamesItself() {
        try (EmbeddingLaboratory lab = builder().build()) {
            assertThatThrownBy(() -> lab.room(NoSuchRoom.class))
                    .isInstanceOf(MissingArtifactException.class)
                    .hasMessageContaining("NoSuchRoom");
        }
    }

    /** Calls after close fail and say so. */
    @Test
    protected void closingIsFinalAndIdempotent() {
        try (FakeEmbedder mine = FakeEmbedder.open()) {
            EmbeddingLaboratory lab = builder().embedder("mine", mine).build();
            lab.close();
            lab.close();
            assertThatThrownBy(() -> lab.embed(TEXTS, EmbedOptions.model("mine")))
                    .isInstanceOf(LaboratoryException.class)
                    .hasMessageContaining("closed");
            assertThatThrownBy(() -> lab.room(TestRoom.class))
                    .isInstanceOf(LaboratoryException.class)
                    .hasMessageContaining("closed");
        }
    }
}
