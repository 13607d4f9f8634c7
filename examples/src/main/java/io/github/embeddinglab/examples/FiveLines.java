package io.github.embeddinglab.examples;

import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Embeddings;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** The five lines of README, as they stand there. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class FiveLines {
    private FiveLines() {}

    /**
     * Compares two sentences.
     *
     * @param args none
     */
    public static void main(String[] args) {
        try (EmbeddingLaboratory lab = EmbeddingLaboratory.open()) {
            Embeddings e = lab.embed(List.of("How do I rotate a key?", "Keys are replaced every ninety days."));
            System.out.println(e.rows() + " x " + e.dimensions() + ", cosine " + e.cosine(0, 1));
        }
    }
}
