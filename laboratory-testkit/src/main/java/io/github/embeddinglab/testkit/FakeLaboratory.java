package io.github.embeddinglab.testkit;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.Codec;
import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.EmbeddingSink;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.EncodedEmbeddings;
import io.github.embeddinglab.api.Job;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.LaboratorySettings;
import io.github.embeddinglab.api.MissingArtifactException;
import io.github.embeddinglab.api.ModelNotFoundException;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.Room;
import io.github.embeddinglab.api.spi.EmbedderProvider;
import io.github.embeddinglab.api.spi.NamedProvider;
import io.github.embeddinglab.api.spi.RoomContext;
import io.github.embeddinglab.api.spi.RoomProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** The laboratory of {@link FakeLaboratoryProvider}. */
final class FakeLaboratory implements EmbeddingLaboratory, RoomContext {
    private static final String FAKE = "fake";

    private final LaboratorySettings settings;
    private final List<RoomProvider> roomProviders;
    private final List<EmbedderProvider> embedderProviders;
    private final Map<String, Embedder> opened = new LinkedHashMap<>();
    private final Map<Class<?>, Room> rooms = new HashMap<>();
    private boolean closed;

    FakeLaboratory(LaboratorySettings settings, List<RoomProvider> rooms, List<EmbedderProvider> embedders) {
        this.settings = settings;
        this.roomProviders = rooms;
        this.embedderProviders = embedders;
    }

    /** The codecs are arithmetic of their own, which a fake would only imitate. */
    @Override
    public EncodedEmbeddings encode(Embeddings vectors, Codec codec) {
        throw new MissingArtifactException("the fake laboratory has no codecs; open a real one with laboratory-core to encode as "
                + codec.form());
    }

    @Override
    public String defaultModel() {
        String chosen = settings.defaultModel();
        return chosen == null ? FAKE : chosen;
    }

    @Override
    public Embeddings embed(List<String> texts, EmbedOptions options) {
        Embedder embedder = embedder(options);
        return embedder.embed(texts, options.withModel(embedder.model()));
    }

    @Override
    public void embed(Iterator<String> texts, EmbedOptions options, EmbeddingSink sink) {
        Embedder embedder = embedder(options);
        embedder.embed(texts, options.withModel(embedder.model()), sink);
    }

    private synchronized Embedder embedder(EmbedOptions options) {
        requireOpen();
        String name = options.model().orElse(defaultModel());
        Embedder given = settings.parts().embedders().get(name);
        if (given == null) {
            given = opened.get(name);
        }
        if (given == null) {
            given = open(name);
            opened.put(name, given);
        }
        return given;
    }

    private Embedder open(String name) {
        TreeSet<String> known = new TreeSet<>(settings.parts().embedders().keySet());
        known.add(FAKE);
        for (EmbedderProvider provider : embedderProviders) {
            for (var model : provider.models()) {
                if (model.id().value().equals(name) || model.aliases().contains(name)) {
                    return provider.open(model.id().value());
                }
                known.add(model.id().value());
            }
        }
        if (name.equals(FAKE)) {
            return FakeEmbedder.open();
        }
        throw new ModelNotFoundException("no model is called \"" + name + "\"; there are " + String.join(", ", known));
    }

    private void requireOpen() {
        if (closed) {
            throw new LaboratoryException("the laboratory is closed; open another one");
        }
    }

    @Override
    public Job<Embeddings> submitEmbed(List<String> texts, EmbedOptions options) {
        embedder(options);
        return new Work(texts, options);
    }

    @Override
    public synchronized <R extends Room> R room(Class<R> room) {
        requireOpen();
        Room open = rooms.get(room);
        if (open == null) {
            RoomProvider provider = roomProviders.stream()
                    .filter(candidate -> candidate.room() == room)
                    .findFirst()
                    .orElseThrow(() -> new MissingArtifactException("the room " + room.getSimpleName()
                            + " was not handed in (rooms: " + NamedProvider.names(roomProviders)
                            + "); add its artifact, as in io.github.embeddinglab:laboratory-core, or hand in its provider"));
            open = provider.open(this);
            rooms.put(room, open);
        }
        return room.cast(open);
    }

    @Override
    public EmbeddingLaboratory laboratory() {
        return this;
    }

    @Override
    public Map<String, Object> section(String name) {
        return Map.of();
    }

    @Override
    public Path directory(String name) {
        Path parent = settings.modelDirectory();
        if (parent == null) {
            throw new ConfigurationException("the room " + name + " keeps files and no modelDirectory is set; choose one");
        }
        try {
            return Files.createDirectories(parent.resolve("rooms").resolve(name));
        } catch (IOException e) {
            throw new LaboratoryException("no folder for the room " + name + " (" + e + "); choose a modelDirectory", e);
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        RuntimeException first = null;
        for (Room room : rooms.values()) {
            if (room instanceof AutoCloseable closeable) {
                first = close(closeable, first);
            }
        }
        for (Embedder embedder : opened.values()) {
            first = close(embedder, first);
        }
        if (first != null) {
            throw first;
        }
    }

    private static @Nullable RuntimeException close(
            AutoCloseable closeable, @Nullable RuntimeException before) {
        try {
            closeable.close();
            return before;
        } catch (Exception e) {
            RuntimeException failure = new LaboratoryException(closeable + " cannot be closed (" + e + ")", e);
            if (before == null) {
                return failure;
            }
            before.addSuppressed(failure);
            return before;
        }
    }

    /** Embeds on a thread of its own. */
    private final class Work implements Job<Embeddings> {
        private final FutureTask<Embeddings> task;
        private final CompletableFuture<Embeddings> future = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterrupt) {
                return Work.this.cancel() && isCompletedExceptionally();
            }
        };
        private volatile Progress progress = new Progress("waiting", 0, -1, Duration.ZERO);

        Work(List<String> texts, EmbedOptions options) {
            Progress.Listener listener = options.progress();
            EmbedOptions watched = options.progress(report -> {
                progress = report;
                listener.report(report);
            });
            task = new FutureTask<>(() -> embed(texts, watched)) {
                @Override
                protected void done() {
                    try {
                        future.complete(Work.this.result());
                    } catch (RuntimeException e) {
                        future.completeExceptionally(isCancelled() ? new CancellationException(e.getMessage()) : e);
                    }
                }
            };
            Thread thread = new Thread(task, "fake-laboratory-embed");
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public Progress progress() {
            return progress;
        }

        @Override
        public boolean cancel() {
            return task.cancel(true);
        }

        @Override
        public Embeddings result() {
            try {
                return task.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancelledException("waiting for an embedding job was interrupted; ask for its result again", e);
            } catch (CancellationException e) {
                throw new CancelledException("the embedding job was cancelled; submit it again", e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof LaboratoryException known) {
                    throw known;
                }
                throw new LaboratoryException("the embedding job failed (" + e.getCause() + ")", e);
            }
        }

        @Override
        public CompletableFuture<Embeddings> toCompletableFuture() {
            return future;
        }
    }
}
