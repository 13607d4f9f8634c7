package io.github.embeddinglab.cpu;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Embeddings;
import java.nio.file.Files;
import java.nio.file.Path;

/** Embeds with a token table where ONNX Runtime is absent. */
final class StaticOnly {
    private StaticOnly() {}

    public static void main(String[] args) throws Exception {
        for (String absent : new String[] {"ai.onnxruntime.OrtEnvironment", "ai.djl.huggingface.tokenizers.jni.TokenizersLibrary"}) {
            try {
                Class.forName(absent);
                throw new IllegalStateException(absent + " is on the class path; this run proves nothing");
            } catch (ClassNotFoundException e) {
                // as it has to be
            }
        }
        Path folder = Path.of(args[0]);
        JsonNode expected = ReferenceModels.json(folder.resolve("expected.json"));
        try (EmbeddingLaboratory laboratory = EmbeddingLaboratory.builder()
                .modelDirectory(Files.createTempDirectory("static-only"))
                .build()) {
            Embeddings embeddings = laboratory.embed(
                    ReferenceModels.texts(expected.get("texts")), EmbedOptions.model(folder.toString()));
            for (int row = 0; row < embeddings.rows(); row++) {
                float[] vector = ReferenceModels.vector(expected.get("embeddings").get(row));
                if (!(ReferenceModels.difference(embeddings.vector(row), vector) < 1e-5)) {
                    throw new IllegalStateException("row " + row + " differs from the reference");
                }
            }
        }
        System.out.println("agrees");
    }
}
