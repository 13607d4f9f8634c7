package io.github.embeddinglab.evaluation.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.evaluation.data.DataFiles;
import io.github.embeddinglab.evaluation.tasks.RetrievalEvaluator;
import io.github.embeddinglab.testkit.SharedData;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Bm25Test {
    @Test
    @Tag("unit")
    void byHand() {
        float[] scores = Bm25.over(List.of("red fox", "red red dog", "blue")).scores("Red, a DOG!");
        double mean = 2;
        double red = Math.log(1 + 1.5 / 2.5);
        double dog = Math.log(1 + 2.5 / 1.5);
        double longer = 0.9 * (0.6 + 0.4 * 3 / mean);
        assertThat(scores[0]).isCloseTo((float) (red / 1.9), within(1e-6f));
        assertThat(scores[1]).isCloseTo((float) (red * 2 / (2 + longer) + dog / (1 + longer)), within(1e-6f));
        assertThat(scores[2]).isZero();
    }

    @ParameterizedTest
    @Tag("quality")
    @CsvSource({
        "cranfield, .473, .713", "cisi, .329, .393", "med, .654, .752", "npl, .375, .472",
        "xquad-en, .958, .997", "xquad-de, .915, .992", "xquad-ru, .873, .967", "cosqa-dev, .282, .722"
    })
    void figuresOfTheReference(String name, double ndcg, double recall) {
        RetrievalEvaluator evaluator =
                RetrievalEvaluator.of(DataFiles.retrieval(SharedData.require("data/retrieval/" + name)));
        Scores scores = evaluator
                .baselines(EvaluationOptions.defaults().sampling(Sampling.defaults().withResamples(100)))
                .get(0);
        assertThat(scores.score("ndcg@10").value()).isCloseTo(ndcg, within(0.005));
        assertThat(scores.score("recall@100").value()).isCloseTo(recall, within(0.005));
    }
}
