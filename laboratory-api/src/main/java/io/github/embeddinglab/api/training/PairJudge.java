package io.github.embeddinglab.api.training;

import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Says how well documents answer queries, as a cross-encoder does. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
@FunctionalInterface
public interface PairJudge {
    /**
     * Scores pairs.
     *
     * @param queries one a pair
     * @param documents one a pair
     * @return one finite score a pair, larger for better answers
     */
    float[] scores(List<String> queries, List<String> documents);

    /**
     * Its name in records.
     *
     * @return the class's name, unless the judge says otherwise
     */
    default String name() {
        return getClass().getSimpleName().replaceAll("[/$].*", "");
    }
}
