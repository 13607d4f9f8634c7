package io.github.embeddinglab.training.mining;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.evaluation.baseline.Bm25;
import io.github.embeddinglab.training.data.KeyedRandom;
import io.github.embeddinglab.training.data.NormalizedText;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.vectors.FloatMatrix;
import io.github.embeddinglab.vectors.MatrixProduct;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Pseudo-labels for domain adaptation with margin-MSE (GPL, Wang et al. 2022): each made query gets negatives from its best
 * ranks and, as a target, how much better its document is. Ranks are those of the fused score (1 - w) * cosine + w * BM25, both
 * brought to 0..1 over the corpus for each query; the target is the fused margin, or that of a judge such as a cross-encoder.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class PseudoLabels {
    private static final int BLOCK = 64;

    private final Embedder parent;
    private final Settings settings;
    private final @Nullable PairScorer judge;
    private final Progress.Listener progress;

    private PseudoLabels(Embedder parent, Settings settings, @Nullable PairScorer judge, Progress.Listener progress) {
        this.parent = parent;
        this.settings = settings;
        this.judge = judge;
        this.progress = progress;
    }

    /**
     * How labels are made.
     *
     * @param keywordWeight w, from 0 to 1
     * @param deepest rank that negatives are drawn from, at least 1
     * @param negatives of each query, at least 1; each makes a row
     * @param seed of the draws
     */
    public record Settings(double keywordWeight, int deepest, int negatives, long seed) {
        /**
         * Checks.
         *
         * @throws InvalidInputException when one is out of range
         */
        public Settings {
            if (!(keywordWeight >= 0 && keywordWeight <= 1) || negatives < 1 || deepest < negatives) {
                throw new InvalidInputException("keyword weight " + keywordWeight + ", deepest rank " + deepest + ", negatives "
                        + negatives + "; give a weight from 0 to 1, at least 1 negative, and a rank that is not below their number");
            }
        }

        /**
         * Weight .2 as in hybrid search, one negative from the first 50.
         *
         * @return the settings
         */
        public static Settings defaults() {
            return new Settings(0.2, 50, 1, 42);
        }
    }

    /**
     * With a parent.
     *
     * @param parent embeds queries and documents by their roles; stays the caller's to close
     * @param settings of ranks and draws
     * @return labelling by the fused score, without progress
     */
    public static PseudoLabels with(Embedder parent, Settings settings) {
        return new PseudoLabels(parent, settings, null, Progress.Listener.SILENT);
    }

    /**
     * With a judge whose margins are the targets.
     *
     * @param scorer as a cross-encoder
     * @return a copy
     */
    public PseudoLabels judge(PairScorer scorer) {
        return new PseudoLabels(parent, settings, scorer, progress);
    }

    /**
     * With progress.
     *
     * @param listener told of embedding, then of rows
     * @return a copy
     */
    public PseudoLabels progress(Progress.Listener listener) {
        return new PseudoLabels(parent, settings, judge, listener);
    }

    /**
     * Labels. O(queries documents d).
     *
     * @param pairs made queries and their documents
     * @param more further documents to draw negatives from, may be empty
     * @param threads that work, the caller included
     * @return rows of the form SCORED_TRIPLETS; a pair makes one for each negative
     * @throws InvalidInputException when the form is not PAIRS, or there is no document that is not the query's own
     * @throws CancelledException when the calling thread is interrupted
     */
    public TrainingSet label(TrainingSet pairs, List<String> more, int threads) {
        if (pairs.form() != Form.PAIRS) {
            throw new InvalidInputException("labels are made for queries with documents, but " + pairs.name() + " holds "
                    + pairs.form().words() + "; give pairs");
        }
        Map<String, Integer> places = new LinkedHashMap<>();
        pairs.column(1).forEach(text -> places.putIfAbsent(text, places.size()));
        more.forEach(text -> places.putIfAbsent(text, places.size()));
        List<String> documents = List.copyOf(places.keySet());
        Map<String, Set<String>> own = new HashMap<>();
        pairs.rows().forEach(row -> own.computeIfAbsent(NormalizedText.of(row.texts().get(0)), key -> new HashSet<>())
                .add(NormalizedText.of(row.texts().get(1))));
        List<String> normalized = documents.stream().map(NormalizedText::of).toList();
        FloatMatrix vectors = matrix(documents, Role.DOCUMENT);
        FloatMatrix queries = matrix(pairs.column(0), Role.QUERY);
        Bm25 keywords = Bm25.over(documents);
        List<TrainingRow> rows = new ArrayList<>();
        long start = System.nanoTime();
        for (int first = 0; first < queries.rows(); first += BLOCK) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancelledException("labelling was interrupted; nothing was written");
            }
            int count = Math.min(BLOCK, queries.rows() - first);
            float[][] block = new float[count][];
            for (int i = 0; i < count; i++) {
                block[i] = queries.row(first + i);
            }
            float[] cosines = MatrixProduct.scores(FloatMatrix.ofRows(block), vectors, threads);
            List<TrainingRow> made = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                TrainingRow pair = pairs.rows().get(first + i);
                float[] near = java.util.Arrays.copyOfRange(cosines, i * documents.size(), (i + 1) * documents.size());
                double[] fused = fused(near, keywords.scores(pair.texts().get(0)));
                Set<String> answers = own.getOrDefault(NormalizedText.of(pair.texts().get(0)), Set.of());
                int positive = Objects.requireNonNull(places.get(pair.texts().get(1)));
                for (int negative : drawn(fused, normalized, answers, first + i)) {
                    made.add(new TrainingRow(
                            List.of(pair.texts().get(0), pair.texts().get(1), documents.get(negative)),
                            fused[positive] - fused[negative],
                            null,
                            pair.group(),
                            pair.set()));
                }
            }
            rows.addAll(judge == null ? made : judged(made, judge));
            progress.report(new Progress(
                    "labelling", first + count, queries.rows(), Duration.ofNanos(System.nanoTime() - start)));
        }
        if (rows.isEmpty()) {
            throw new InvalidInputException("the " + documents.size() + " documents answer every query of " + pairs.name()
                    + "; give more documents, so that negatives can be drawn");
        }
        return new TrainingSet(pairs.name() + " with pseudo-labels", Form.SCORED_TRIPLETS, rows, List.of());
    }

    private FloatMatrix matrix(List<String> texts, Role role) {
        Embeddings embeddings = parent.embed(texts, EmbedOptions.defaults().role(role).progress(progress));
        return FloatMatrix.of(embeddings.toArray(), embeddings.rows(), embeddings.dimensions()).normalized();
    }

    private double[] fused(float[] cosines, float[] keywords) {
        double[] near = toUnit(cosines);
        double[] shared = toUnit(keywords);
        double[] fused = new double[near.length];
        for (int i = 0; i < fused.length; i++) {
            fused[i] = (1 - settings.keywordWeight()) * near[i] + settings.keywordWeight() * shared[i];
        }
        return fused;
    }

    /** Least to 0 and most to 1; all 0 where they are equal. */
    private static double[] toUnit(float[] scores) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (float score : scores) {
            least = Math.min(least, score);
            most = Math.max(most, score);
        }
        double[] unit = new double[scores.length];
        for (int i = 0; i < unit.length && most > least; i++) {
            unit[i] = (scores[i] - least) / (most - least);
        }
        return unit;
    }

    /** Some of the best documents that do not answer, in random order. */
    private List<Integer> drawn(double[] fused, List<String> normalized, Set<String> answers, int row) {
        PriorityQueue<Integer> best = new PriorityQueue<>((a, b) ->
                fused[a] != fused[b] ? Double.compare(fused[a], fused[b]) : Integer.compare(b, a));
        for (int document = 0; document < fused.length; document++) {
            // a later document with the same score is behind; most are behind the worst kept, and ask for no more than this
            if ((best.size() < settings.deepest() || fused[document] > fused[best.element()]) && !answers.contains(normalized.get(document))) {
                best.add(document);
                if (best.size() > settings.deepest()) {
                    best.poll();
                }
            }
        }
        // from the worst kept to the best, so that the order does not depend on the queue's inside
        List<Integer> kept = new ArrayList<>();
        while (!best.isEmpty()) {
            kept.add(best.poll());
        }
        SplittableRandom random = KeyedRandom.at(settings.seed(), row);
        List<Integer> drawn = new ArrayList<>();
        for (int place : KeyedRandom.permutation(kept.size(), random)) {
            if (drawn.size() < settings.negatives()) {
                drawn.add(kept.get(place));
            }
        }
        return drawn;
    }

    private static List<TrainingRow> judged(List<TrainingRow> rows, PairScorer judge) {
        List<String> queries = new ArrayList<>();
        List<String> documents = new ArrayList<>();
        for (TrainingRow row : rows) {
            queries.add(row.texts().get(0));
            documents.add(row.texts().get(1));
            queries.add(row.texts().get(0));
            documents.add(row.texts().get(2));
        }
        float[] scores = judge.checkedScores(queries, documents);
        List<TrainingRow> judged = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            TrainingRow row = rows.get(i);
            judged.add(new TrainingRow(row.texts(), (double) scores[2 * i] - scores[2 * i + 1], null, row.group(), row.set()));
        }
        return judged;
    }
}
