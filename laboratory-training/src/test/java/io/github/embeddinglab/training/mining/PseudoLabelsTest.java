package io.github.embeddinglab.training.mining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.evaluation.baseline.Bm25;
import io.github.embeddinglab.testkit.FakeEmbedder;
import io.github.embeddinglab.training.data.TrainingSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.util.DoubleComparator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class PseudoLabelsTest {
    private static TrainingSet pairs() {
        List<String> words = List.of("key", "token", "cache", "index", "vector", "model", "train", "batch");
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String document = words.get(i % 8) + " of the " + words.get((i / 8 + 3) % 8) + " number" + i;
            rows.add(TrainingRow.pair(words.get(i % 8) + " number" + i, document).inGroup("g" + i));
        }
        return TrainingSet.read(TrainingData.pairs(rows));
    }

    @Test
    @DisplayName("Targets are margins of the fused score, computed another way; negatives are among the best ranks")
    void fused() {
        try (Embedder model = FakeEmbedder.builder().dimensions(48).build()) {
            TrainingSet set = pairs();
            PseudoLabels.Settings settings = new PseudoLabels.Settings(0.3, 8, 2, 5);
            TrainingSet labelled = PseudoLabels.with(model, settings).label(set, List.of("a text of its own"), 1);
            assertThat(labelled.form()).isEqualTo(TrainingData.Form.SCORED_TRIPLETS);
            assertThat(labelled.rows()).hasSize(80);
            List<String> documents = new ArrayList<>(set.column(1));
            documents.add("a text of its own");
            Embeddings vectors = model.embedDocuments(documents);
            Bm25 keywords = Bm25.over(documents);
            for (int row = 0; row < 80; row++) {
                TrainingRow made = labelled.rows().get(row);
                String query = made.texts().get(0);
                assertThat(query).isEqualTo(set.column(0).get(row / 2));
                float[] asked = model.embed(List.of(query), EmbedOptions.defaults().role(Role.QUERY)).vector(0);
                double[] cosines = IntStream.range(0, documents.size())
                        .mapToDouble(i -> cosine(asked, vectors.vector(i)))
                        .toArray();
                float[] shared = keywords.scores(query);
                double[] words = IntStream.range(0, shared.length).mapToDouble(i -> shared[i]).toArray();
                double[] fused = IntStream.range(0, words.length)
                        .mapToDouble(i -> 0.7 * unit(cosines, i) + 0.3 * unit(words, i))
                        .toArray();
                int positive = documents.indexOf(made.texts().get(1));
                int negative = documents.indexOf(made.texts().get(2));
                assertThat(negative).isNotEqualTo(positive);
                assertThat(made.score()).isCloseTo(fused[positive] - fused[negative], within(1e-5));
                List<Integer> best = IntStream.range(0, fused.length)
                        .boxed()
                        .filter(i -> i != positive)
                        .sorted(Comparator.comparingDouble(i -> -fused[i]))
                        .limit(9) // one more than the settings, for ties in single precision
                        .toList();
                assertThat(best).contains(negative);
                assertThat(made.group()).isEqualTo("g" + row / 2);
            }
            TrainingSet again = PseudoLabels.with(model, settings).label(set, List.of("a text of its own"), 1);
            assertThat(again)
                    .as("the same but for the last bits, as the vector unit may sum in another order once it is compiled")
                    .usingRecursiveComparison()
                    .withComparatorForType(new DoubleComparator(1e-6), Double.class)
                    .isEqualTo(labelled);
        }
    }

    private static double unit(double[] values, int i) {
        double least = IntStream.range(0, values.length).mapToDouble(j -> values[j]).min().orElseThrow();
        double most = IntStream.range(0, values.length).mapToDouble(j -> values[j]).max().orElseThrow();
        return (values[i] - least) / (most - least);
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return dot / Math.sqrt(aa * bb);
    }

    @Test
    @DisplayName("A judge's margins take the place of the fused ones; what cannot be labelled is refused")
    void judge() {
        try (Embedder model = FakeEmbedder.builder().dimensions(16).build()) {
            assertThatThrownBy(() -> PseudoLabels.with(model, PseudoLabels.Settings.defaults())
                            .judge((queries, documents) -> new float[1]).label(pairs(), List.of(), 1))
                    .isInstanceOf(LaboratoryException.class).hasMessageContaining("the scorer gave 1 scores for 80 pairs");
            PairScorer judge = (queries, documents) -> {
                float[] scores = new float[queries.size()];
                for (int i = 0; i < scores.length; i++) {
                    scores[i] = documents.get(i).length() - queries.get(i).length();
                }
                return scores;
            };
            TrainingSet labelled =
                    PseudoLabels.with(model, PseudoLabels.Settings.defaults()).judge(judge).label(pairs(), List.of(), 1);
            assertThat(labelled.rows()).hasSize(40).allSatisfy(row -> assertThat(row.score())
                    .isEqualTo((double) row.texts().get(1).length() - row.texts().get(2).length()));
            TrainingSet one = TrainingSet.read(TrainingData.pairs(List.of(TrainingRow.pair("q", "d"))));
            assertThatThrownBy(() -> PseudoLabels.with(model, PseudoLabels.Settings.defaults()).label(one, List.of(), 1))
                    .hasMessageContaining("the 1 documents answer every query");
            assertThatThrownBy(() -> new PseudoLabels.Settings(2, 1, 1, 1)).hasMessageContaining("keyword weight 2.0");
        }
    }
}
