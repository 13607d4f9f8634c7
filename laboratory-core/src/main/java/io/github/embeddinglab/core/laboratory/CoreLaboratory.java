package io.github.embeddinglab.core.laboratory;

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
import io.github.embeddinglab.api.Models;
import io.github.embeddinglab.api.Room;
import io.github.embeddinglab.api.spi.NamedProvider;
import io.github.embeddinglab.api.spi.RoomContext;
import io.github.embeddinglab.api.spi.RoomProvider;
import io.github.embeddinglab.core.encoding.Encoding;
import io.github.embeddinglab.core.host.HostEnvironment;
import io.github.embeddinglab.core.inference.Workers;
import io.github.embeddinglab.core.zoo.Zoo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The laboratory: one thread and memory budget, one zoo, and rooms opened when asked for. */
final class CoreLaboratory implements EmbeddingLaboratory, RoomContext {
    private static final Logger LOG = LoggerFactory.getLogger(CoreLaboratory.class);

    private final LaboratoryPlan plan;
    private final Workers workers;
    private final Zoo zoo;
    private final List<RoomProvider> roomProviders;
    private final Map<Class<? extends Room>, Room> rooms = new LinkedHashMap<>();
    private boolean closed;

    private CoreLaboratory(LaboratoryPlan plan, Workers workers, Zoo zoo, List<RoomProvider> roomProviders) {
        this.plan = plan;
        this.workers = workers;
        this.zoo = zoo;
        this.roomProviders = roomProviders;
    }

    static CoreLaboratory open(LaboratorySettings settings, HostEnvironment environment) {
        LaboratoryPlan plan = LaboratoryPlan.of(settings, environment);
        LaboratorySettings.Parts parts = settings.parts();
        List<RoomProvider> rooms = new java.util.ArrayList<>(parts.rooms());
        if (parts.discovery()) {
            NamedProvider.discover(RoomProvider.class, parts.classLoader()).stream()
                    .filter(found -> parts.rooms().stream().noneMatch(given -> given.room() == found.room()))
                    .forEach(rooms::add);
        }
        NamedProvider.check(RoomProvider.class, rooms);
        Workers workers = new Workers(plan.resources());
        return new CoreLaboratory(plan, workers, new Zoo(plan.zoo(), parts, workers), rooms);
    }

    @Override
    public Embeddings embed(List<String> texts, EmbedOptions options) {
        try (Embedder embedder = embedder(options)) {
            return embedder.embed(texts, options.withoutModel());
        }
    }

    @Override
    public void embed(Iterator<String> texts, EmbedOptions options, EmbeddingSink sink) {
        try (Embedder embedder = embedder(options)) {
            embedder.embed(texts, options.withoutModel(), sink);
        }
    }

    private Embedder embedder(EmbedOptions options) {
        requireOpen();
        return zoo.load(options.model().orElse(plan.defaultModel()));
    }

    @Override
    public EncodedEmbeddings encode(Embeddings vectors, Codec codec) {
        return Encoding.encode(vectors, codec);
    }

    @Override
    public String defaultModel() {
        return plan.defaultModel();
    }

    @Override
    public Job<Embeddings> submitEmbed(List<String> texts, EmbedOptions options) {
        List<String> copy = List.copyOf(texts);
        return BackgroundJob.start("laboratory-embed", listener -> embed(copy, options.progress(report -> {
            listener.report(report);
            options.progress().report(report);
        })));
    }

    @Override
    public <R extends Room> R room(Class<R> room) {
        requireOpen();
        if (room == Models.class) {
            return room.cast(zoo);
        }
        synchronized (rooms) {
            Room open = rooms.get(room);
            if (open == null) {
                RoomProvider provider = roomProviders.stream()
                        .filter(candidate -> candidate.room() == room)
                        .findFirst()
                        .orElseThrow(() -> missing(room));
                open = provider.open(this);
                rooms.put(room, open);
            }
            return room.cast(open);
        }
    }

    private static MissingArtifactException missing(Class<?> room) {
        String name = room.getSimpleName().toLowerCase(Locale.ROOT);
        String artifact = switch (name) {
            case "indexes" -> "index";
            case "benchmarks" -> "evaluation";
            default -> name;
        };
        return new MissingArtifactException("the room " + name + "() is not on the class path; add the artifact"
                + " io.github.embeddinglab:laboratory-" + artifact + " in the version of laboratory-core");
    }

    private void requireOpen() {
        synchronized (rooms) {
            if (closed) {
                throw new LaboratoryException("the laboratory was closed; open another");
            }
        }
    }

    @Override
    public EmbeddingLaboratory laboratory() {
        return this;
    }

    @Override
    public Map<String, Object> section(String name) {
        return plan.configuration().section(name);
    }

    @Override
    public Path directory(String name) {
        Path directory = plan.zoo().directory().resolve(name);
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new ConfigurationException("folder " + directory + " cannot be made (" + e.getMessage()
                    + "); choose another models.directory", e);
        }
    }

    @Override
    public void close() {
        zoo.requireNoListener();
        synchronized (rooms) {
            if (closed) {
                return;
            }
            closed = true;
            rooms.values().forEach(CoreLaboratory::closeRoom);
        }
        zoo.close();
        workers.close();
    }

    private static void closeRoom(Room room) {
        if (room instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                LOG.warn("a room did not close: {}", e.toString());
            }
        }
    }
}
