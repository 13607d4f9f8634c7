package io.github.embeddinglab.evaluation.cache;

import io.github.embeddinglab.api.DelegatingEmbedder;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.Overflow;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.TokenUse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Keeps the vectors of a model on disk, in one file named by the model's fingerprint and the role. A vector is found again
 * by the text's hash; what is missing is computed in blocks that are synced one by one, so that a kill loses one block at
 * most. Requests with fewer dimensions or another overflow policy pass through uncached. It does not close the model.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class CachingEmbedder extends DelegatingEmbedder {
    private static final int BLOCK = 512;

    private final Path folder;

    private CachingEmbedder(Embedder embedder, Path folder) {
        super(embedder);
        this.folder = folder;
    }

    /**
     * Wraps a model.
     *
     * @param embedder stays open and is the caller's to close
     * @param folder made where it is absent; many models may share it
     * @return the model with a memory
     */
    public static CachingEmbedder over(Embedder embedder, Path folder) {
        return new CachingEmbedder(embedder, folder);
    }

    @Override
    public Embeddings embed(List<String> texts, EmbedOptions options) {
        if (options.dimensions() != 0 || options.overflow() != Overflow.TRUNCATE) {
            return delegate().embed(texts, options);
        }
        int d = dimensions();
        try (VectorLog log = VectorLog.open(file(options), d)) {
            Map<VectorLog.Key, VectorLog.Entry> found = new LinkedHashMap<>();
            Map<VectorLog.Key, String> missing = new LinkedHashMap<>();
            List<VectorLog.Key> keys = new ArrayList<>(texts.size());
            for (String text : texts) {
                VectorLog.Key key = key(text);
                keys.add(key);
                if (!found.containsKey(key) && !missing.containsKey(key)) {
                    VectorLog.Entry entry = log.find(key);
                    if (entry == null) {
                        missing.put(key, text);
                    } else {
                        found.put(key, entry);
                    }
                }
            }
            compute(log, missing, found, options);
            float[] values = new float[Math.multiplyExact(texts.size(), d)];
            List<TokenUse> uses = new ArrayList<>(texts.size());
            for (int i = 0; i < keys.size(); i++) {
                VectorLog.Entry entry = Objects.requireNonNull(found.get(keys.get(i)));
                System.arraycopy(entry.vector, 0, values, i * d, d);
                uses.add(entry.use);
            }
            return Embeddings.adopt(values, d, uses, fingerprint(options));
        }
    }

    /**
     * How many of some texts need no computing.
     *
     * @param texts any number
     * @param options as they will be embedded
     * @return 0 to the number of texts
     */
    public int known(List<String> texts, EmbedOptions options) {
        if (options.dimensions() != 0 || options.overflow() != Overflow.TRUNCATE || !Files.exists(file(options))) {
            return 0;
        }
        try (VectorLog log = VectorLog.open(file(options), dimensions())) {
            return (int) texts.stream().filter(text -> log.find(key(text)) != null).count();
        }
    }

    private void compute(
            VectorLog log, Map<VectorLog.Key, String> missing, Map<VectorLog.Key, VectorLog.Entry> found, EmbedOptions options) {
        List<VectorLog.Key> keys = List.copyOf(missing.keySet());
        List<String> texts = List.copyOf(missing.values());
        long start = System.nanoTime();
        for (int first = 0; first < texts.size(); first += BLOCK) {
            int end = Math.min(first + BLOCK, texts.size());
            Embeddings rows = delegate().embed(texts.subList(first, end), options.progress(Progress.Listener.SILENT));
            List<VectorLog.Entry> entries = new ArrayList<>();
            for (int i = 0; i < rows.rows(); i++) {
                entries.add(new VectorLog.Entry(rows.vector(i), rows.tokenUse(i)));
                found.put(keys.get(first + i), entries.get(i));
            }
            log.append(keys.subList(first, end), entries);
            options.progress().report(
                    new Progress("embedding", end, texts.size(), Duration.ofNanos(System.nanoTime() - start)));
        }
    }

    /** An adapter on the query side leaves documents' vectors as they were. */
    private Fingerprint fingerprint(EmbedOptions options) {
        return options.role().equals(Role.DOCUMENT) ? documentFingerprint() : fingerprint();
    }

    private Path file(EmbedOptions options) {
        return folder.resolve(fingerprint(options).value().substring(0, 32) + "-"
                + options.role().toString().replaceAll("[^A-Za-z0-9_-]", "_") + "-"
                + Integer.toHexString(options.role().hashCode()) + ".vectors");
    }

    private static VectorLog.Key key(String text) {
        try {
            // lone surrogates would all become one replacement byte in UTF-8
            ByteBuffer digest = ByteBuffer.wrap(
                    MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_16BE)));
            return new VectorLog.Key(digest.getLong(), digest.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Does nothing: the model is the caller's to close. */
    @Override
    public void close() {}
}
