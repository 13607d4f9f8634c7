package io.github.embeddinglab.training.mining;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.vectors.VectorKernel;
import io.github.embeddinglab.vectors.VectorKernels;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Says how well documents answer queries; a cross-encoder is one, and so is any embedding model. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
@FunctionalInterface
public interface PairScorer {
    /**
     * Scores pairs.
     *
     * @param queries one a pair
     * @param documents one a pair
     * @return one finite score a pair, larger for better answers
     */
    float[] scores(List<String> queries, List<String> documents);

    /**
     * Scores pairs and checks the answer, which may come from a user's own code.
     *
     * @param queries one a pair
     * @param documents one a pair
     * @return one finite score a pair
     * @throws LaboratoryException when there is another number of scores, or one is not finite
     */
    default float[] checkedScores(List<String> queries, List<String> documents) {
        float[] scores = scores(queries, documents);
        if (scores.length != queries.size()) {
            throw new LaboratoryException(
                    "the scorer gave " + scores.length + " scores for " + queries.size() + " pairs; it must give one a pair, in their order");
        }
        for (int i = 0; i < scores.length; i++) {
            if (!Float.isFinite(scores[i])) {
                throw new LaboratoryException("the scorer gave " + scores[i] + " for the query \"" + queries.get(i) + "\"; it must give finite scores");
            }
        }
        return scores;
    }

    /**
     * The cosine of an embedding model; each different document is embedded once and remembered (4 d bytes each), so keep
     * the scorer no longer than needed.
     *
     * @param model stays the caller's to close
     * @return a scorer
     */
    static PairScorer of(Embedder model) {
        Map<String, float[]> known = new HashMap<>();
        return (queries, documents) -> {
            List<String> missing = new LinkedHashSet<>(documents)
                    .stream().filter(text -> !known.containsKey(text)).toList();
            Embeddings fresh = model.embedDocuments(missing);
            for (int i = 0; i < missing.size(); i++) {
                known.put(missing.get(i), fresh.vector(i));
            }
            List<String> asked = List.copyOf(new LinkedHashSet<>(queries));
            Embeddings vectors = model.embed(asked, EmbedOptions.defaults().role(Role.QUERY));
            Map<String, Integer> places = new HashMap<>();
            for (int i = 0; i < asked.size(); i++) {
                places.put(asked.get(i), i);
            }
            VectorKernel kernel = VectorKernels.current();
            float[] scores = new float[queries.size()];
            for (int i = 0; i < scores.length; i++) {
                float[] query = vectors.vector(Objects.requireNonNull(places.get(queries.get(i))));
                scores[i] = kernel.cosine(query, Objects.requireNonNull(known.get(documents.get(i))));
            }
            return scores;
        };
    }
}
