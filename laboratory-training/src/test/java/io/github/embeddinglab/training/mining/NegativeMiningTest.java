package io.github.embeddinglab.training.mining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.testkit.FakeEmbedder;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.vectors.VectorKernel;
import io.github.embeddinglab.vectors.VectorKernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class NegativeMiningTest {
    private static final String[] WORDS =
            "key token cache index vector model train batch query table server client socket thread file path".split(" ");

    private static String text(SplittableRandom random, int words) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append(i == 0 ? "" : " ").append(WORDS[random.nextInt(WORDS.length)]).append(random.nextInt(3));
        }
        return text.toString();
    }

    private static TrainingSet pairs(long seed, int rows) {
        SplittableRandom random = new SplittableRandom(seed);
        List<TrainingRow> made = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            String document = text(random, 8);
            made.add(TrainingRow.pair(document.substring(0, document.indexOf(' ', 15)), document));
        }
        // one query with two answers
        made.add(TrainingRow.pair(made.get(0).texts().get(0).toUpperCase(java.util.Locale.ROOT), text(random, 8)));
        return TrainingSet.read(TrainingData.pairs(made));
    }

    /** By role and text, so that the plain ranking of the tests stays quick. */
    private final Map<String, float[]> vectors = new HashMap<>();

    private double cosine(Embedder model, String query, String document) {
        float[] q = vectors.computeIfAbsent(
                "query " + query, key -> model.embed(List.of(query), EmbedOptions.defaults().role(Role.QUERY)).vector(0));
        float[] d = vectors.computeIfAbsent(
                "document " + document, key -> model.embedDocuments(List.of(document)).vector(0));
        double dot = 0;
        double qq = 0;
        double dd = 0;
        for (int i = 0; i < q.length; i++) {
            dot += (double) q[i] * d[i];
            qq += (double) q[i] * q[i];
            dd += (double) d[i] * d[i];
        }
        return dot / Math.sqrt(qq * dd);
    }

    @Test
    @DisplayName("The negatives are those that a plain ranking of all documents gives, rank by rank")
    void asRanked() {
        try (Embedder model = FakeEmbedder.builder().dimensions(64).build()) {
            TrainingSet set = pairs(5, 150);
            MiningOptions options = new MiningOptions(
                    new MiningOptions.Window(5, 30),
                    new MiningOptions.Margins(0.9, 0.05),
                    new MiningOptions.Choice(3, false),
                    1);
            NegativeMining.Result result =
                    NegativeMining.with(model, NearestDocuments.exact(2)).mine(set, List.of("a document of its own"), options);

            List<String> documents = new ArrayList<>(set.column(1));
            documents.add("a document of its own");
            List<TrainingRow> expected = new ArrayList<>();
            int relative = 0;
            int absolute = 0;
            for (TrainingRow row : set.rows()) {
                String query = row.texts().get(0);
                Set<String> own = new HashSet<>();
                set.rows().stream()
                        .filter(other -> other.texts().get(0).equalsIgnoreCase(query))
                        .forEach(other -> own.add(other.texts().get(1)));
                double positive = cosine(model, query, row.texts().get(1));
                List<String> ranked = documents.stream()
                        .filter(document -> !own.contains(document))
                        .sorted(Comparator.comparingDouble((String document) -> -cosine(model, query, document)))
                        .toList();
                List<String> texts = new ArrayList<>(row.texts());
                for (int rank = 5; rank <= 30; rank++) {
                    double score = cosine(model, query, ranked.get(rank - 1));
                    if (positive > 0 && score > 0.9 * positive) {
                        relative++;
                    } else if (score > positive - 0.05) {
                        absolute++;
                    } else if (texts.size() < 5) {
                        texts.add(ranked.get(rank - 1));
                    }
                }
                if (texts.size() == 5) {
                    expected.add(new TrainingRow(texts, null, null, ""));
                }
            }
            assertThat(result.rows().rows()).isEqualTo(expected);
            assertThat(result.report().rejected()).isEqualTo(new MiningReport.Rejected(relative, absolute, 0));
            assertThat(result.report().rows().given()).isEqualTo(151);
            assertThat(result.report().rows().kept()).isEqualTo(expected.size()).isGreaterThan(100);
            assertThat(result.report().rows().leftOut()).isEqualTo(151 - expected.size());
            assertThat(result.report().means().negative()).isLessThan(result.report().means().positive());
            MiningReport.Example example = result.report().examples().get(0);
            assertThat(example.rank()).isBetween(5, 30);
            assertThat((double) example.negative().score())
                    .isCloseTo(cosine(model, example.query(), example.negative().text()), within(1e-5));
        }
    }

    @Test
    @DisplayName("A random choice stays in the window, differs from the nearest and is replayed by its seed")
    void random() {
        try (Embedder model = FakeEmbedder.builder().dimensions(64).build()) {
            TrainingSet set = pairs(6, 120);
            MiningOptions nearest = new MiningOptions(
                    new MiningOptions.Window(1, 40),
                    new MiningOptions.Margins(1, 0),
                    new MiningOptions.Choice(2, false),
                    1);
            MiningOptions drawn = new MiningOptions(nearest.window(), nearest.margins(), new MiningOptions.Choice(2, true), 1);
            MiningOptions other = new MiningOptions(nearest.window(), nearest.margins(), new MiningOptions.Choice(2, true), 2);
            NegativeMining mining = NegativeMining.with(model, NearestDocuments.exact(1));
            List<TrainingRow> first = mining.mine(set, List.of(), drawn).rows().rows();
            assertThat(mining.mine(set, List.of(), drawn).rows().rows()).isEqualTo(first);
            assertThat(mining.mine(set, List.of(), other).rows().rows()).isNotEqualTo(first).hasSameSizeAs(first);
            assertThat(mining.mine(set, List.of(), nearest).rows().rows()).isNotEqualTo(first).hasSameSizeAs(first);
        }
    }

    @Test
    @DisplayName("A second model vetoes what it finds as near as the positive")
    void veto() {
        try (Embedder model = FakeEmbedder.builder().dimensions(64).build()) {
            TrainingSet set = pairs(7, 120);
            MiningOptions options = new MiningOptions(
                    new MiningOptions.Window(1, 40),
                    new MiningOptions.Margins(0.95, 0),
                    new MiningOptions.Choice(1, false),
                    1);
            NegativeMining mining = NegativeMining.with(model, NearestDocuments.exact(1));
            // a judge that takes every document with key0 for an answer
            PairScorer judge = (queries, documents) -> {
                float[] scores = new float[queries.size()];
                for (int i = 0; i < scores.length; i++) {
                    scores[i] = documents.get(i).contains("key0") ? 2 : set.column(1).contains(documents.get(i)) ? 1 : 0;
                }
                return scores;
            };
            PairScorer fair = (queries, documents) -> {
                float[] scores = judge.scores(queries, documents);
                for (int i = 0; i < scores.length; i++) {
                    String query = queries.get(i);
                    String document = documents.get(i);
                    boolean positive = set.rows().stream().anyMatch(row -> row.texts().equals(List.of(query, document)));
                    scores[i] = positive ? 1 : scores[i] == 2 ? 0.97f : 0.5f;
                }
                return scores;
            };
            NegativeMining.Result plain = mining.mine(set, List.of(), options);
            NegativeMining.Result judged = mining.veto(fair).mine(set, List.of(), options);
            assertThat(plain.rows().column(2)).anyMatch(text -> text.contains("key0"));
            assertThat(judged.rows().column(2)).noneMatch(text -> text.contains("key0"));
            assertThat(judged.report().rejected().vetoed()).isPositive();
            assertThat(plain.report().vetoed()).isEmpty();
            assertThat(judged.report().vetoed()).hasSize(3).allSatisfy(vetoed -> {
                assertThat(vetoed.example().negative().text()).contains("key0");
                assertThat(vetoed.example().rank()).isBetween(1, 40);
                assertThat((double) vetoed.example().negative().score())
                        .isCloseTo(cosine(model, vetoed.example().query(), vetoed.example().negative().text()), within(1e-5));
                assertThat(vetoed.positive()).isEqualTo(1);
                assertThat(vetoed.candidate()).isEqualTo(0.97f);
            });
            assertThat(judged.report().vetoed().stream().map(vetoed -> vetoed.example().query())).doesNotHaveDuplicates();
            // the model's own opinion, asked again, vetoes nothing
            assertThat(mining.veto(PairScorer.of(model)).mine(set, List.of(), options).rows().rows())
                    .isEqualTo(plain.rows().rows());
        }
    }

    /**
     * An index of the caller: documents stand with the nearest of some of them, and a query looks at the nearest few of these clusters.
     * What it does not find it fills with -1.
     */
    private static NearestDocuments.Factory clusters(int clusters, int looked, AtomicLong compared) {
        return documents -> {
            VectorKernel kernel = VectorKernels.current();
            List<List<Integer>> members = new ArrayList<>();
            for (int cluster = 0; cluster < clusters; cluster++) {
                members.add(new ArrayList<>());
            }
            for (int document = 0; document < documents.rows(); document++) {
                float[] vector = documents.row(document);
                members.get(nearest(clusters, 1, at -> kernel.cosine(vector, documents.row(at))).get(0)).add(document);
            }
            return (queries, k) -> {
                int[][] found = new int[queries.rows()][k];
                for (int query = 0; query < found.length; query++) {
                    float[] vector = queries.row(query);
                    List<Integer> near = new ArrayList<>();
                    for (int cluster : nearest(clusters, looked, at -> kernel.cosine(vector, documents.row(at)))) {
                        near.addAll(members.get(cluster));
                    }
                    compared.addAndGet(near.size());
                    List<Integer> best = nearest(near.size(), k, at -> kernel.cosine(vector, documents.row(near.get(at))));
                    Arrays.fill(found[query], -1);
                    for (int rank = 0; rank < best.size(); rank++) {
                        found[query][rank] = near.get(best.get(rank));
                    }
                }
                return found;
            };
        };
    }

    private static List<Integer> nearest(int count, int most, IntToDoubleFunction score) {
        return IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer at) -> -score.applyAsDouble(at)))
                .limit(most)
                .toList();
    }

    @Test
    @DisplayName("An approximate index of the caller takes the place of exact search: margins hold, and looking everywhere is exact")
    void approximate() {
        try (Embedder model = FakeEmbedder.builder().dimensions(64).build()) {
            TrainingSet set = pairs(8, 300);
            MiningOptions options = new MiningOptions(
                    new MiningOptions.Window(3, 20),
                    new MiningOptions.Margins(0.9, 0.02),
                    new MiningOptions.Choice(2, false),
                    1);
            NegativeMining.Result exact = NegativeMining.with(model, NearestDocuments.exact(1)).mine(set, List.of(), options);
            AtomicLong all = new AtomicLong();
            assertThat(NegativeMining.with(model, clusters(17, 17, all)).mine(set, List.of(), options).rows().rows())
                    .isEqualTo(exact.rows().rows());
            AtomicLong some = new AtomicLong();
            NegativeMining.Result few = NegativeMining.with(model, clusters(17, 5, some)).mine(set, List.of(), options);
            assertThat(some.get()).isPositive().isLessThan(all.get() / 2);
            assertThat(few.rows().rows()).hasSizeGreaterThan(exact.rows().rows().size() / 2).isNotEqualTo(exact.rows().rows());
            for (TrainingRow row : few.rows().rows()) {
                double positive = cosine(model, row.texts().get(0), row.texts().get(1));
                for (String negative : row.texts().subList(2, 4)) {
                    assertThat(cosine(model, row.texts().get(0), negative))
                            .isLessThanOrEqualTo(positive <= 0 ? 1 : 0.9 * positive + 1e-5)
                            .isLessThanOrEqualTo(positive - 0.02 + 1e-5);
                }
            }
        }
    }

    @Test
    @DisplayName("A search of the caller that answers wrongly is told what it is to give")
    void wrongAnswers() {
        try (Embedder model = FakeEmbedder.builder().dimensions(16).build()) {
            TrainingSet few = pairs(1, 5);
            MiningOptions options = MiningOptions.defaults();
            assertThatThrownBy(() -> NegativeMining.with(model, documents -> (queries, k) -> new int[][] {{0}}).mine(few, List.of(), options))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("answers for 1 of 6 queries");
            assertThatThrownBy(() -> NegativeMining.with(model, documents -> (queries, k) -> filled(queries.rows(), 6)).mine(few, List.of(), options))
                    .hasMessageContaining("gave document 6, there are 6 documents");
            assertThatThrownBy(() -> NegativeMining.with(model, documents -> (queries, k) -> filled(queries.rows(), 2)).mine(few, List.of(), options))
                    .hasMessageContaining("gave document 2 twice");
        }
    }

    private static int[][] filled(int queries, int document) {
        int[][] found = new int[queries][2];
        for (int[] places : found) {
            Arrays.fill(places, document);
        }
        return found;
    }

    @Test
    @DisplayName("What cannot be mined is refused with the counts; an interrupt stops it")
    void refused() {
        try (Embedder model = FakeEmbedder.builder().dimensions(16).build()) {
            TrainingSet few = pairs(1, 5);
            NegativeMining mining = NegativeMining.with(model, NearestDocuments.exact(1));
            assertThatThrownBy(() -> mining.mine(few, List.of(), MiningOptions.defaults()))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("none of 6 rows gets 1 negatives from ranks 10 to 100 of 6 documents");
            TrainingSet labelled = TrainingSet.read(TrainingData.labelled(List.of(TrainingRow.labelled("x", "t"))));
            assertThatThrownBy(() -> mining.mine(labelled, List.of(), MiningOptions.defaults()))
                    .hasMessageContaining("holds labelled");
            assertThatThrownBy(() -> new MiningOptions.Window(0, 5)).hasMessageContaining("the ranks are 0 to 5");
            assertThatThrownBy(() -> new MiningOptions.Margins(1.2, 0)).hasMessageContaining("relative margin is 1.2");
            Thread.currentThread().interrupt();
            try {
                assertThatThrownBy(() -> mining.mine(few, List.of(), MiningOptions.defaults()))
                        .isInstanceOf(CancelledException.class);
            } finally {
                Thread.interrupted();
            }
        }
    }

    @Test
    @DisplayName("The scorer of a model gives its cosines")
    void scorer() {
        try (Embedder model = FakeEmbedder.builder().dimensions(32).build()) {
            PairScorer scorer = PairScorer.of(model);
            float[] scores = scorer.scores(List.of("a b", "c", "a b"), List.of("d e", "d e", "f"));
            assertThat((double) scores[0]).isCloseTo(cosine(model, "a b", "d e"), within(1e-6));
            assertThat((double) scores[1]).isCloseTo(cosine(model, "c", "d e"), within(1e-6));
            assertThat((double) scores[2]).isCloseTo(cosine(model, "a b", "f"), within(1e-6));
            Embeddings once = model.embedDocuments(List.of("d e"));
            assertThat(once.rows()).isEqualTo(1);
        }
    }
}
