package io.github.embeddinglab.evaluation.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.evaluation.data.Analogies;
import io.github.embeddinglab.evaluation.data.Bitext;
import io.github.embeddinglab.evaluation.data.LabelledTexts;
import io.github.embeddinglab.evaluation.data.RankedCandidates;
import io.github.embeddinglab.evaluation.data.RetrievalSet;
import io.github.embeddinglab.evaluation.data.SimilarityPairs;
import io.github.embeddinglab.evaluation.data.Triplets;
import io.github.embeddinglab.evaluation.metrics.DocumentOrder;
import io.github.embeddinglab.evaluation.metrics.RankedQuery;
import io.github.embeddinglab.testkit.FakeEmbedder;
import io.github.embeddinglab.testkit.Seeds;
import io.github.embeddinglab.vectors.FloatMatrix;
import io.github.embeddinglab.vectors.MatrixProduct;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each evaluator on small data whose figures are known or computed a second, naive way. */
@Tag("unit")
@ExtendWith(Seeds.class)
class EvaluatorsTest {
    private static final EvaluationOptions QUICK =
            EvaluationOptions.defaults().sampling(Sampling.defaults().withResamples(500));
    private static final FakeEmbedder MODEL = FakeEmbedder.open();
    private static final String[] WORDS = {
        "index", "segment", "merge", "query", "vector", "matrix", "solver", "string", "token", "file", "thread", "lock"
    };

    @AfterAll
    static void close() {
        MODEL.close();
    }

    private static String sentence(Random random, int words) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append(i == 0 ? "" : " ").append(WORDS[random.nextInt(WORDS.length)]);
        }
        return text.toString();
    }

    private static void inside(Scores scores) {
        scores.values().forEach((name, score) -> assertThat(score.value())
                .as(name)
                .isBetween(score.low() - 1e-9, score.high() + 1e-9));
    }

    @Test
    void sts() {
        List<String> first = List.of("merge the index", "merge the index", "merge the index", "a red fox");
        List<String> second = List.of("merge the index", "merge the segment", "open a file", "lock a thread");
        Scores scores = StsEvaluator.of(new SimilarityPairs("four", first, second, List.of(5.0, 3.0, 1.0, 0.0)))
                .evaluate(MODEL, QUICK);
        assertThat(scores.figures().keySet().iterator().next()).isEqualTo("cosine_spearman");
        assertThat(scores.score("cosine_spearman").value()).isGreaterThan(0.7);
        assertThat(scores.subject().fingerprint()).isEqualTo(MODEL.fingerprint());
        assertThatThrownBy(() -> scores.score("spearman")).hasMessageContaining("cosine_spearman");
    }

    @Test
    void aConstantColumnIsUndefinedAndSaid() {
        Scores scores = StsEvaluator.of(new SimilarityPairs(
                        "flat", List.of("a", "b", "c"), List.of("d", "e", "f"), List.of(1.0, 1.0, 1.0)))
                .evaluate(MODEL, QUICK);
        assertThat(scores.score("cosine_spearman").defined()).isFalse();
        assertThat(scores.notes()).anyMatch(note -> note.startsWith("cosine_spearman is undefined"));
    }

    @Test
    void retrievalAgreesWithSortingAllDocuments(Seeds.Seed seed) {
        Random random = seed.random();
        Map<String, String> documents = new LinkedHashMap<>();
        Map<String, String> queries = new LinkedHashMap<>();
        Map<String, Map<String, Integer>> judgements = new LinkedHashMap<>();
        for (int i = 0; i < 150; i++) {
            // few words, so that documents are equal and scores tie
            documents.put("d" + i, sentence(random, 2));
        }
        for (int i = 0; i < 20; i++) {
            queries.put("q" + i, sentence(random, 3));
            Map<String, Integer> judged = new HashMap<>();
            for (int j = 0; j < 5; j++) {
                judged.put("d" + random.nextInt(155), random.nextInt(4));
            }
            judgements.put("q" + i, judged);
        }
        RetrievalSet set = RetrievalSet.of("random", documents, queries, judgements);
        Scores scores = RetrievalEvaluator.of(set).evaluate(MODEL, QUICK);
        double ndcg = 0;
        double map = 0;
        double mrr = 0;
        // the same floats, as other roundings would break near ties another way; what is checked is the ranking
        List<String> ids = documents.keySet().stream().sorted(DocumentOrder.DESCENDING).toList();
        FloatMatrix rows = Run.matrix(MODEL.embed(
                        ids.stream().map(id -> documents.getOrDefault(id, "")).toList(),
                        EmbedOptions.defaults().role(Role.DOCUMENT)))
                .normalized();
        FloatMatrix wanted = Run.matrix(MODEL.embed(
                        new ArrayList<>(queries.values()), EmbedOptions.defaults().role(Role.QUERY)))
                .normalized();
        float[] products = MatrixProduct.scores(wanted, rows, 1);
        int place = 0;
        for (String query : queries.keySet()) {
            Map<String, Float> run = new HashMap<>();
            for (String id : ids) {
                run.put(id, products[place++]);
            }
            RankedQuery ranked = RankedQuery.of(run, judgements.getOrDefault(query, Map.of()));
            ndcg += ranked.ndcg(10) / queries.size();
            map += ranked.averagePrecision(Integer.MAX_VALUE) / queries.size();
            mrr += ranked.reciprocalRank() / queries.size();
        }
        assertThat(scores.score("ndcg@10").value()).as(seed::toString).isCloseTo(ndcg, within(1e-6));
        assertThat(scores.score("map").value()).isCloseTo(map, within(1e-6));
        assertThat(scores.score("mrr").value()).isCloseTo(mrr, within(1e-6));
        inside(scores);
        assertThat(RetrievalEvaluator.of(set).baselines(QUICK).get(0).score("ndcg@10").value()).isBetween(0.0, 1.0);
    }

    @Test
    void pairsAndTriplets() {
        List<String> first = List.of("merge index", "query vector", "open file", "lock thread");
        List<String> second = List.of("merge index", "query vector", "sunny day", "green apple");
        Scores pairs = PairsEvaluator.of(new SimilarityPairs("pairs", first, second, List.of(1.0, 1.0, 0.0, 0.0)))
                .evaluate(MODEL, QUICK);
        assertThat(pairs.score("cosine_ap").value()).isEqualTo(1);
        assertThat(pairs.score("cosine_f1").value()).isEqualTo(1);
        assertThat(pairs.score("cosine_accuracy_threshold").value()).isBetween(0.1, 1.0);
        Scores triplets = TripletsEvaluator.of(new Triplets(
                        "triplets", first, first, List.of("sunny day", "green apple", "open file", "lock thread")))
                .evaluate(MODEL, QUICK);
        // the last two negatives equal their anchors, as the positives do: ties are misses
        assertThat(triplets.score("cosine_accuracy").value()).isEqualTo(0.5);
    }

    @Test
    void rerankingTakesTiesAgainstTheModel() {
        Scores scores = RerankingEvaluator.of(new RankedCandidates("r", List.of(
                        new RankedCandidates.Query("merge index", List.of("merge index"), List.of("a red fox")),
                        new RankedCandidates.Query("merge index", List.of("blue sky"), List.of("blue sky")))))
                .evaluate(MODEL, QUICK);
        assertThat(scores.score("map").value()).isEqualTo(0.75);
        assertThat(scores.score("mrr").value()).isEqualTo(0.75);
    }

    @Test
    void bitextCountsANeighbourTakenTwice() {
        // the second source finds the first target: F1 of label 0 is 2/3, of label 1 is 0, of label 2 is 1
        Scores scores = BitextEvaluator.of("three", List.of(new Bitext(
                        "three",
                        List.of("merge index", "merge index", "open file"),
                        List.of("merge index", "green apple", "open file"))))
                .evaluate(MODEL, QUICK);
        assertThat(scores.score("f1").value()).isCloseTo((2.0 / 3 + 0 + 1) / 3, within(1e-9));
        assertThat(scores.score("accuracy").value()).isCloseTo(2.0 / 3, within(1e-9));
        assertThat(scores.score("margin_f1").value()).isBetween(0.7, 1.0);
    }

    @Test
    void classificationLearnsAndSaysItsSpread(Seeds.Seed seed) {
        Random random = seed.random();
        LabelledTexts training = labelled(random, 120);
        LabelledTexts test = labelled(random, 60);
        Scores few = ClassificationEvaluator.of(training, test, ClassificationEvaluator.Protocol.FEW).evaluate(MODEL, QUICK);
        Scores full = ClassificationEvaluator.of(training, test, ClassificationEvaluator.Protocol.FULL).evaluate(MODEL, QUICK);
        assertThat(full.score("accuracy").value()).as(seed::toString).isGreaterThan(0.9);
        assertThat(few.score("accuracy").value()).isGreaterThan(0.7);
        assertThat(few.notes()).anyMatch(note -> note.startsWith("10 draws of 8 examples"));
        inside(full);
    }

    private static LabelledTexts labelled(Random random, int n) {
        List<String> texts = new ArrayList<>();
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            String word = WORDS[i % 3];
            texts.add(word + " " + sentence(random, 1) + " " + word);
            labels.add(word);
        }
        return new LabelledTexts("made", texts, labels);
    }

    @Test
    void clusteringFindsWhatIsApart() {
        List<String> texts = new ArrayList<>();
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            texts.add(WORDS[i % 3] + " " + WORDS[i % 3] + " " + (char) ('a' + i % 7));
            labels.add(WORDS[i % 3]);
        }
        Scores scores = ClusteringEvaluator.of(new LabelledTexts("three", texts, labels)).evaluate(MODEL, QUICK);
        assertThat(scores.score("v_measure").value()).isGreaterThan(0.9);
        assertThat(scores.score("adjusted_rand").value()).isGreaterThan(0.9);
        assertThat(scores.score("silhouette").value()).isGreaterThan(0.2);
    }

    @Test
    void words() {
        Scores analogy = WordsEvaluator.analogy(new Analogies("a", List.of(
                        new Analogies.Question("file", "files", "lock", "locks"),
                        new Analogies.Question("file", "files", "token", "tokens"))))
                .evaluate(MODEL, QUICK);
        assertThat(analogy.score("accuracy").value()).isBetween(0.0, 1.0);
        Scores similarity = WordsEvaluator.similarity(new SimilarityPairs(
                        "s", List.of("file", "file", "file"), List.of("file", "files", "sun"), List.of(3.0, 2.0, 0.0)))
                .evaluate(MODEL, QUICK);
        assertThat(similarity.score("cosine_spearman").value()).isCloseTo(1, within(1e-12));
    }

    @Test
    void aModelPreservesItself(Seeds.Seed seed) {
        Random random = seed.random();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            texts.add(sentence(random, 6) + " " + i);
        }
        Scores same = PreservationEvaluator.of("texts", texts, MODEL).evaluate(MODEL, QUICK);
        assertThat(same.score("cosine_spearman").value()).isEqualTo(1);
        assertThat(same.score("neighbour_overlap@10").value()).isEqualTo(1);
        try (Embedder other = FakeEmbedder.builder().dimensions(16).build()) {
            Scores less = PreservationEvaluator.of("texts", texts, MODEL).evaluate(other, QUICK);
            assertThat(less.score("neighbour_overlap@10").value()).isLessThan(1);
            assertThat(less.notes()).filteredOn(note -> note.startsWith("text ")).hasSize(5);
        }
        assertThatThrownBy(() -> PreservationEvaluator.of("few", List.of("a", "b"), MODEL))
                .isInstanceOf(InvalidInputException.class);
    }

    @Test
    void theSameRunGivesTheSameScores() {
        StsEvaluator evaluator = StsEvaluator.of(new SimilarityPairs(
                "s", List.of("file", "lock", "sun"), List.of("files", "key", "moon"), List.of(3.0, 2.0, 1.0)));
        Map<String, Score> first = evaluator.evaluate(MODEL, QUICK).values();
        assertThat(evaluator.evaluate(MODEL, QUICK).values()).isEqualTo(first);
    }
}
