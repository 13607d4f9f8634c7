package io.github.embeddinglab.core.inference;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.core.device.Device;
import io.github.embeddinglab.core.device.Devices;
import io.github.embeddinglab.core.model.Tensors;
import io.github.embeddinglab.core.tokenization.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/** Makes running models of what was read and compiled. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class EmbedderFactory {
    private EmbedderFactory() {}

    /**
     * Starts a transformer on each chosen device.
     *
     * @param profile what the folder says
     * @param tokenizer taken over: closed with the embedder
     * @param graph compiled graph, its weights beside it
     * @param devices one replica for each
     * @param workers shared budget
     * @return the embedder
     */
    public static Embedder transformer(
            ModelProfile profile, Tokenizer tokenizer, Path graph, Devices devices, Workers workers) {
        List<EncoderSession> sessions = new ArrayList<>();
        try {
            int padding = profile.encoderOrThrow().padTokenId();
            boolean arena = workers.resources().arena();
            for (Device device : devices.chosen()) {
                sessions.add(new EncoderSession(
                        graph, padding, new EncoderSession.Settings(devices.provider(), device, arena, 1)));
            }
            Encoder encoder = new Encoder(new Replicas(sessions), new LoneBatches(wide(graph, padding, devices, workers)));
            return new TransformerEmbedder(profile, tokenizer, encoder, workers);
        } catch (RuntimeException | Error e) {
            sessions.forEach(EncoderSession::close);
            throw e;
        }
    }

    /** Opens a session in which all threads share one batch; null where that cannot help. */
    private static @Nullable Supplier<Replica> wide(Path graph, int padding, Devices devices, Workers workers) {
        Device device = devices.chosen().get(0);
        int threads = workers.resources().threads();
        if (threads == 1 || !device.kind().equals("cpu")) {
            return null;
        }
        var settings = new EncoderSession.Settings(
                devices.provider(), device, workers.resources().arena(), threads);
        return LoneBatches.telling(() -> new EncoderSession(graph, padding, settings));
    }

    /**
     * Starts a static model.
     *
     * @param profile what the folder says
     * @param tokenizer taken over: closed with the embedder
     * @param tensors read now, not kept
     * @param workers shared budget
     * @return the embedder
     */
    public static Embedder tokenTable(ModelProfile profile, Tokenizer tokenizer, Tensors tensors, Workers workers) {
        return new StaticEmbedder(profile, tokenizer, tensors, workers);
    }
}
