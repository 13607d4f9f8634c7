package io.github.embeddinglab.jmh.laboratory;

import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.LaboratoryBuilder;
import io.github.embeddinglab.api.Resources;
import io.github.embeddinglab.jmh.protocol.Engine;
import io.github.embeddinglab.jmh.protocol.Measurement;
import io.github.embeddinglab.jmh.protocol.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Embeddings Laboratory with its defaults; only the threads and the token limit are set. */
public final class LaboratoryEngine implements Engine {
    private static final String MODEL = "all-MiniLM-L6-v2";

    private final EmbeddingLaboratory laboratory;
    private final Embedder embedder;

    private LaboratoryEngine(Settings settings) throws IOException {
        LaboratoryBuilder builder =
                EmbeddingLaboratory.builder().resources(Resources.defaults().withThreads(settings.threads()));
        if (settings.maxTokens() > 0) {
            Path limit = Files.createTempFile("laboratory", ".yaml");
            Files.writeString(limit, "optimization: { max_sequence_length: " + settings.maxTokens() + " }\n");
            builder.configuration(limit);
            limit.toFile().deleteOnExit();
        }
        this.laboratory = builder.build();
        this.embedder = laboratory.models().load(MODEL);
    }

    /**
     * Measures it.
     *
     * @param args see {@link Settings}
     */
    public static void main(String[] args) {
        Measurement.main(args, LaboratoryEngine::new);
    }

    @Override
    public String name() {
        return "laboratory";
    }

    @Override
    public String version() {
        String version = EmbeddingLaboratory.class.getPackage().getImplementationVersion();
        return version == null ? "working tree" : version;
    }

    @Override
    public String model() {
        return MODEL;
    }

    @Override
    public int callers() {
        return 1; // its workers join the caller
    }

    @Override
    public float[][] embed(List<String> texts) {
        return embedder.embed(texts).toArrays();
    }

    @Override
    public long tokens(List<String> texts) {
        return embedder.embed(texts).tokens();
    }

    @Override
    public void close() {
        embedder.close();
        laboratory.close();
    }
}
