package io.github.embeddinglab.evaluation.tasks;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.Evaluator;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Measure;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.evaluation.metrics.Correlation;
import io.github.embeddinglab.evaluation.metrics.MeanMeasure;
import io.github.embeddinglab.evaluation.metrics.PairScore;
import io.github.embeddinglab.vectors.ExactSearch;
import io.github.embeddinglab.vectors.FloatMatrix;
import io.github.embeddinglab.vectors.Similarity;
import io.github.embeddinglab.vectors.TopK;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * How much of a reference model's geometry a model keeps on the same texts: Spearman correlation of the cosines of pairs of
 * texts (all pairs, or 20,000 drawn with the seed), and the mean share of a text's ten nearest neighbours that both models
 * agree on. The five texts with the least overlap are named in the notes. Units are texts; a pair weighs as much as its
 * two texts' counts multiplied.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class PreservationEvaluator implements Evaluator {
    private static final int NEIGHBOURS = 10;
    private static final int MOST_PAIRS = 20_000;
    private static final int WORST = 5;

    private final String name;
    private final List<String> texts;
    private final Embedder reference;

    private PreservationEvaluator(String name, List<String> texts, Embedder reference) {
        this.name = name;
        this.texts = List.copyOf(texts);
        this.reference = reference;
    }

    /**
     * Makes the evaluator.
     *
     * @param name of the data
     * @param texts at least 12, so that ten neighbours are a choice
     * @param reference the model whose geometry should be kept; stays open
     * @return the evaluator
     * @throws InvalidInputException when there are fewer texts
     */
    public static PreservationEvaluator of(String name, List<String> texts, Embedder reference) {
        if (texts.size() < NEIGHBOURS + 2) {
            throw new InvalidInputException("data " + name + " has " + texts.size() + " texts; " + NEIGHBOURS
                    + " neighbours need at least " + (NEIGHBOURS + 2));
        }
        return new PreservationEvaluator(name, texts, reference);
    }

    @Override
    public String task() {
        return "preservation";
    }

    @Override
    public long texts() {
        return 2L * texts.size();
    }

    @Override
    public Scores evaluate(Embedder embedder, EvaluationOptions options) {
        Run run = new Run(embedder, options);
        Embeddings kept = run.embed(texts, Role.NONE);
        Embeddings wanted = reference.embed(
                texts, EmbedOptions.defaults().role(options.roleOr(Role.NONE)).progress(options.progress()));
        double[] overlap = overlap(kept, wanted);
        run.measure("cosine_spearman", PairCosines.of(kept, wanted, options.sampling().seed()));
        run.measure("neighbour_overlap@" + NEIGHBOURS, MeanMeasure.of(overlap));
        run.note("reference " + reference.model() + " " + reference.fingerprint().abbreviated());
        IntStream.range(0, overlap.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> overlap[i]))
                .limit(WORST)
                .forEach(i -> run.note(String.format(
                        Locale.ROOT, "text %d keeps %.1f of its neighbours: %s", i, overlap[i], Run.abbreviated(texts.get(i)))));
        return run.finish(task(), name);
    }

    private static double[] overlap(Embeddings a, Embeddings b) {
        TopK first = neighbours(a);
        TopK second = neighbours(b);
        double[] overlap = new double[a.rows()];
        for (int i = 0; i < overlap.length; i++) {
            Set<Integer> one = others(first, i);
            one.retainAll(others(second, i));
            overlap[i] = (double) one.size() / NEIGHBOURS;
        }
        return overlap;
    }

    private static TopK neighbours(Embeddings rows) {
        FloatMatrix matrix = Run.matrix(rows).normalized();
        return ExactSearch.over(matrix, Similarity.DOT)
                .search(matrix, NEIGHBOURS + 1, Runtime.getRuntime().availableProcessors());
    }

    /** The ten nearest without the text itself, which equal texts may have pushed off the list. */
    private static Set<Integer> others(TopK found, int row) {
        Set<Integer> others = new HashSet<>();
        for (int rank = 0; rank < found.k() && others.size() < NEIGHBOURS; rank++) {
            if (found.id(row, rank) != row) {
                others.add(found.id(row, rank));
            }
        }
        return others;
    }

    /** Rank correlation of the cosines of pairs, resampled by texts. */
    private static final class PairCosines implements Measure {
        private final int texts;
        private final int[] left;
        private final int[] right;
        private final Correlation correlation;

        private PairCosines(int texts, List<int[]> pairs, Correlation correlation) {
            this.texts = texts;
            this.left = pairs.stream().mapToInt(pair -> pair[0]).toArray();
            this.right = pairs.stream().mapToInt(pair -> pair[1]).toArray();
            this.correlation = correlation;
        }

        static PairCosines of(Embeddings a, Embeddings b, long seed) {
            int n = a.rows();
            List<int[]> pairs = new ArrayList<>();
            if ((long) n * (n - 1) / 2 <= MOST_PAIRS) {
                for (int i = 0; i < n; i++) {
                    for (int j = 0; j < i; j++) {
                        pairs.add(new int[] {i, j});
                    }
                }
            } else {
                Random random = new Random(seed);
                Set<Long> drawn = new HashSet<>();
                while (pairs.size() < MOST_PAIRS) {
                    int i = random.nextInt(n);
                    int j = random.nextInt(n);
                    if (j < i && drawn.add((long) i * n + j)) {
                        pairs.add(new int[] {i, j});
                    }
                }
            }
            double[] first = new double[pairs.size()];
            double[] second = new double[first.length];
            for (int p = 0; p < first.length; p++) {
                int i = pairs.get(p)[0];
                int j = pairs.get(p)[1];
                first[p] = PairScore.COSINE.of(a.row(i), a.row(j));
                second[p] = PairScore.COSINE.of(b.row(i), b.row(j));
            }
            return new PairCosines(n, pairs, Correlation.spearman(first, second));
        }

        @Override
        public int units() {
            return texts;
        }

        @Override
        public double on(int[] counts) {
            int[] weights = new int[left.length];
            for (int p = 0; p < weights.length; p++) {
                weights[p] = counts[left[p]] * counts[right[p]];
            }
            return correlation.on(weights);
        }
    }
}
