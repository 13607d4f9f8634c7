package io.github.embeddinglab.training.adapter;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.TokenUse;
import io.github.embeddinglab.vectors.FloatMatrix;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * A model with an adapter behind it; mapped vectors have length 1. On the query side alone, texts of {@link Role#QUERY} are
 * mapped, all others pass as the model made them: {@link #documentFingerprint()} is the model's, so an index of its vectors
 * stays valid, while {@link #fingerprint()} says that queries differ. On both sides, both fingerprints are new. Fewer
 * dimensions than the map's cannot be asked for.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class AdaptedEmbedder implements Embedder {
    private final Embedder parent;
    private final VectorMap map;
    private final AdapterSettings.Side side;
    private final Fingerprint fingerprint;

    private AdaptedEmbedder(Embedder parent, VectorMap map, AdapterSettings.Side side) {
        this.parent = parent;
        this.map = map;
        this.side = side;
        this.fingerprint = fingerprint(parent, map, side);
    }

    /**
     * Puts an adapter behind a model.
     *
     * @param parent closed with this one
     * @param map of the model's width
     * @param side which texts are mapped
     * @return the adapted model
     * @throws InvalidInputException when the widths differ
     */
    public static AdaptedEmbedder of(Embedder parent, VectorMap map, AdapterSettings.Side side) {
        if (parent.dimensions() != map.dimensions()) {
            throw new InvalidInputException("the adapter maps vectors of " + map.dimensions() + " dimensions, " + parent.model()
                    + " makes " + parent.dimensions() + "; use the model that it was trained on");
        }
        return new AdaptedEmbedder(parent, map, side);
    }

    @Override
    public String model() {
        return parent.model() + " with adapter";
    }

    @Override
    public Embeddings embed(List<String> texts, EmbedOptions options) {
        if (options.dimensions() != 0) {
            throw new InvalidInputException("dimensions is " + options.dimensions() + ", but an adapted model has all "
                    + map.dimensions() + "; leave it out");
        }
        Embeddings plain = parent.embed(texts, options.withoutModel());
        if (side == AdapterSettings.Side.QUERY && !options.role().equals(Role.QUERY)) {
            return plain;
        }
        List<TokenUse> uses = new ArrayList<>(plain.rows());
        for (int row = 0; row < plain.rows(); row++) {
            uses.add(plain.tokenUse(row));
        }
        float[] values = plain.rows() == 0
                ? new float[0]
                : Matrices.values(map.apply(FloatMatrix.of(plain.toArray(), plain.rows(), plain.dimensions()), 1)
                        .normalized());
        return Embeddings.adopt(values, map.dimensions(), uses, fingerprint());
    }

    @Override
    public int dimensions() {
        return map.dimensions();
    }

    @Override
    public int maxTokens() {
        return parent.maxTokens();
    }

    @Override
    public int countTokens(String text) {
        return parent.countTokens(text);
    }

    @Override
    public Fingerprint fingerprint() {
        return fingerprint;
    }

    private static Fingerprint fingerprint(Embedder parent, VectorMap map, AdapterSettings.Side side) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(("adapter " + side + " " + map.dimensions() + " " + map.rank() + " " + parent.fingerprint().value())
                    .getBytes(StandardCharsets.UTF_8));
            for (float[] values : List.of(map.up(), map.down())) {
                ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
                bytes.asFloatBuffer().put(values);
                digest.update(bytes);
            }
            return new Fingerprint(HexFormat.of().formatHex(digest.digest()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public Fingerprint documentFingerprint() {
        return side == AdapterSettings.Side.QUERY ? parent.documentFingerprint() : fingerprint();
    }

    @Override
    public Set<Capability> capabilities() {
        Set<Capability> all = EnumSet.noneOf(Capability.class);
        all.addAll(parent.capabilities());
        all.remove(Capability.DIMENSIONS);
        return Set.copyOf(all);
    }

    @Override
    public void close() {
        parent.close();
    }
}
