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
import io.github.embeddinglab.training.data.KeyedRandom;
import io.github.embeddinglab.training.data.NormalizedText;
import io.github.embeddinglab.training.data.TrainingSet;
import io.github.embeddinglab.vectors.FloatMatrix;
import io.github.embeddinglab.vectors.VectorKernels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Mines hard negatives: ranks all documents for each query, passes over the query's own documents and the first ranks, and
 * keeps those that are clearly farther than the positive. A second model may veto candidates that it finds too near, as they
 * are probably answers that nobody labelled. Every document that is paired with the same normalised query is a positive.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class NegativeMining {
    private static final int BLOCK = 256;
    private static final int EXAMPLES = 3;

    private final Embedder model;
    private final NearestDocuments.Factory search;
    private final @Nullable PairScorer veto;
    private final Progress.Listener progress;

    private NegativeMining(
            Embedder model, NearestDocuments.Factory search, @Nullable PairScorer veto, Progress.Listener progress) {
        this.model = model;
        this.search = search;
        this.veto = veto;
        this.progress = progress;
    }

    /**
     * With a model.
     *
     * @param model embeds queries and documents by their roles; stays the caller's to close
     * @param search over the documents' vectors: {@link NearestDocuments#exact}, or a factory over an index of one's own
     * @return mining without a veto and without progress
     */
    public static NegativeMining with(Embedder model, NearestDocuments.Factory search) {
        return new NegativeMining(model, search, null, Progress.Listener.SILENT);
    }

    /**
     * With a second opinion: a candidate is vetoed unless the margins hold by its scores too.
     *
     * @param scorer of another model
     * @return a copy
     */
    public NegativeMining veto(PairScorer scorer) {
        return new NegativeMining(model, search, scorer, progress);
    }

    /**
     * With progress.
     *
     * @param listener told of embedding, then of rows
     * @return a copy
     */
    public NegativeMining progress(Progress.Listener listener) {
        return new NegativeMining(model, search, veto, listener);
    }

    /**
     * Rows with negatives.
     *
     * @param rows of the form TRIPLETS, in order
     * @param report counts and examples
     */
    public record Result(TrainingSet rows, MiningReport report) {}

    /**
     * Mines. Memory 4 d bytes for each text; O(queries documents d) with exact search.
     *
     * @param pairs of the form PAIRS, or TRIPLETS whose negatives are then searched too and replaced
     * @param more documents that are searched beside those of the pairs, may be empty
     * @param options window, margins, choice
     * @return rows that got all their negatives
     * @throws InvalidInputException when the form is another, or no row gets its negatives
     * @throws CancelledException when the calling thread is interrupted
     */
    public Result mine(TrainingSet pairs, List<String> more, MiningOptions options) {
        if (pairs.form() != Form.PAIRS && pairs.form() != Form.TRIPLETS) {
            throw new InvalidInputException("negatives are mined for queries with documents, but " + pairs.name() + " holds "
                    + pairs.form().words() + "; give rows of query and document");
        }
        // documents that differ in case or spaces only are one: a copy of the positive is no negative
        Map<String, Integer> places = new HashMap<>();
        List<String> documents = new ArrayList<>();
        for (TrainingRow row : pairs.rows()) {
            row.texts().subList(1, row.texts().size()).forEach(text -> add(places, documents, text));
        }
        more.forEach(text -> add(places, documents, text));
        Map<String, Set<Integer>> positives = new HashMap<>();
        for (TrainingRow row : pairs.rows()) {
            positives.computeIfAbsent(NormalizedText.of(row.texts().get(0)), key -> new HashSet<>())
                    .add(place(places, row.texts().get(1)));
        }
        Map<String, Integer> queries = new LinkedHashMap<>();
        pairs.rows().forEach(row -> queries.putIfAbsent(row.texts().get(0), queries.size()));
        FloatMatrix documentVectors = matrix(embed(documents, Role.DOCUMENT));
        FloatMatrix queryVectors = matrix(embed(List.copyOf(queries.keySet()), Role.QUERY));
        Run run = new Run(documents, documentVectors, options);
        NearestDocuments nearest = search.over(documentVectors);
        long start = System.nanoTime();
        for (int first = 0; first < pairs.rows().size(); first += BLOCK) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancelledException("mining was interrupted; nothing was written");
            }
            List<TrainingRow> block = pairs.rows().subList(first, Math.min(first + BLOCK, pairs.rows().size()));
            List<Candidates> candidates = new ArrayList<>();
            int most = block.stream()
                    .mapToInt(row -> positives.getOrDefault(NormalizedText.of(row.texts().get(0)), Set.of()).size())
                    .max()
                    .orElse(0);
            float[][] vectors = block.stream()
                    .map(row -> queryVectors.row(Objects.requireNonNull(queries.get(row.texts().get(0)))))
                    .toArray(float[][]::new);
            int[][] found = nearest.nearest(
                    FloatMatrix.ofRows(vectors), Math.min(documents.size(), options.window().last() + most));
            requireAnswers(found, block.size(), documents.size());
            for (int i = 0; i < block.size(); i++) {
                TrainingRow row = block.get(i);
                Set<Integer> own = positives.getOrDefault(NormalizedText.of(row.texts().get(0)), Set.of());
                candidates.add(run.inWindow(row, vectors[i], place(places, row.texts().get(1)), own, found[i]));
            }
            if (veto != null) {
                run.veto(candidates, veto);
            }
            for (int i = 0; i < candidates.size(); i++) {
                run.choose(candidates.get(i), first + i);
            }
            progress.report(new Progress(
                    "mining", first + block.size(), pairs.rows().size(), Duration.ofNanos(System.nanoTime() - start)));
        }
        return run.result(pairs);
    }

    /** A search may be the caller's own. */
    private static void requireAnswers(int[][] found, int queries, int documents) {
        if (found.length != queries) {
            throw new InvalidInputException("the search gave answers for " + found.length + " of " + queries
                    + " queries; a NearestDocuments answers each, with an empty array where it finds nothing");
        }
        for (int[] places : found) {
            Set<Integer> seen = new HashSet<>();
            for (int place : places) {
                if (place >= documents || (place >= 0 && !seen.add(place))) {
                    throw new InvalidInputException("the search gave document " + place + (place >= documents ? "" : " twice") + ", there are "
                            + documents + " documents, from 0 on; a NearestDocuments answers with rows of its matrix, each once");
                }
            }
        }
    }

    private static void add(Map<String, Integer> places, List<String> documents, String text) {
        if (places.putIfAbsent(NormalizedText.of(text), documents.size()) == null) {
            documents.add(text);
        }
    }

    private static int place(Map<String, Integer> places, String text) {
        return Objects.requireNonNull(places.get(NormalizedText.of(text)));
    }

    private Embeddings embed(List<String> texts, Role role) {
        return model.embed(texts, EmbedOptions.defaults().role(role).progress(progress));
    }

    private static FloatMatrix matrix(Embeddings embeddings) {
        return FloatMatrix.of(embeddings.toArray(), embeddings.rows(), embeddings.dimensions());
    }

    /** A document in the window of ranks. */
    private record Candidate(int document, float score, int rank) {}

    /** What is left for a row. */
    private record Candidates(TrainingRow row, float positive, List<Candidate> left) {}

    /** The state of one call. */
    private static final class Run {
        private final List<String> documents;
        private final FloatMatrix vectors;
        private final MiningOptions options;
        private final List<TrainingRow> rows = new ArrayList<>();
        private final List<MiningReport.Example> examples = new ArrayList<>();
        private final List<MiningReport.Vetoed> vetoes = new ArrayList<>();
        private long relative;
        private long absolute;
        private long vetoed;
        private double positiveSum;
        private double negativeSum;

        Run(List<String> documents, FloatMatrix vectors, MiningOptions options) {
            this.documents = documents;
            this.vectors = vectors;
            this.options = options;
        }

        Candidates inWindow(TrainingRow row, float[] query, int positive, Set<Integer> own, int[] found) {
            float score = VectorKernels.current().cosine(query, vectors.row(positive));
            List<Candidate> left = new ArrayList<>();
            int rank = 0;
            for (int document : found) {
                if (document < 0 || own.contains(document)) {
                    continue;
                }
                rank++;
                if (rank > options.window().last()) {
                    break;
                }
                if (rank < options.window().first()) {
                    continue;
                }
                float near = VectorKernels.current().cosine(query, vectors.row(document));
                if (!options.margins().allowsRelative(score, near)) {
                    relative++;
                } else if (!options.margins().allowsAbsolute(score, near)) {
                    absolute++;
                } else {
                    left.add(new Candidate(document, near, rank));
                }
            }
            return new Candidates(row, score, left);
        }

        void veto(List<Candidates> all, PairScorer scorer) {
            List<String> queries = new ArrayList<>();
            List<String> texts = new ArrayList<>();
            for (Candidates candidates : all) {
                String query = candidates.row().texts().get(0);
                queries.add(query);
                texts.add(candidates.row().texts().get(1));
                for (Candidate candidate : candidates.left()) {
                    queries.add(query);
                    texts.add(documents.get(candidate.document()));
                }
            }
            float[] scores = scorer.checkedScores(queries, texts);
            int at = 0;
            int told = -1;
            for (int i = 0; i < all.size(); i++) {
                float positive = scores[at++];
                List<Candidate> passed = new ArrayList<>();
                for (Candidate candidate : all.get(i).left()) {
                    float score = scores[at++];
                    if (options.margins().allows(positive, score)) {
                        passed.add(candidate);
                    } else {
                        vetoed++;
                        if (vetoes.size() < EXAMPLES && told != i) {
                            told = i; // one of a row, so that the examples differ
                            vetoes.add(new MiningReport.Vetoed(example(all.get(i), candidate), positive, score));
                        }
                    }
                }
                all.set(i, new Candidates(all.get(i).row(), all.get(i).positive(), passed));
            }
        }

        void choose(Candidates candidates, int row) {
            List<Candidate> left = candidates.left();
            int count = options.choice().count();
            if (left.size() < count) {
                return;
            }
            List<Candidate> taken = left.subList(0, count);
            if (options.choice().random()) {
                int[] order = KeyedRandom.permutation(left.size(), KeyedRandom.at(options.seed(), row));
                // the nearest first, as without chance
                taken = Arrays.stream(order).limit(count).sorted().mapToObj(left::get).toList();
            }
            TrainingRow pair = candidates.row();
            List<String> texts = new ArrayList<>(pair.texts().subList(0, 2));
            taken.forEach(candidate -> texts.add(documents.get(candidate.document())));
            rows.add(new TrainingRow(texts, null, null, pair.group(), pair.set()));
            positiveSum += candidates.positive();
            negativeSum += taken.stream().mapToDouble(Candidate::score).sum() / count;
            if (examples.size() < EXAMPLES) {
                examples.add(example(candidates, taken.get(0)));
            }
        }

        private MiningReport.Example example(Candidates candidates, Candidate candidate) {
            List<String> texts = candidates.row().texts();
            return new MiningReport.Example(
                    texts.get(0),
                    new MiningReport.Scored(texts.get(1), candidates.positive()),
                    new MiningReport.Scored(documents.get(candidate.document()), candidate.score()),
                    candidate.rank());
        }

        Result result(TrainingSet pairs) {
            int given = pairs.rows().size();
            if (rows.isEmpty()) {
                throw new InvalidInputException("none of " + given + " rows gets " + options.choice().count()
                        + " negatives from ranks " + options.window().first() + " to " + options.window().last() + " of "
                        + documents.size() + " documents (too near by the relative margin " + relative + ", by the absolute "
                        + absolute + ", vetoed " + vetoed + "); give more documents, an earlier first rank or weaker margins");
            }
            return new Result(
                    new TrainingSet(pairs.name() + " with negatives", Form.TRIPLETS, rows, List.of()),
                    new MiningReport(
                            new MiningReport.Rows(given, rows.size(), given - rows.size(), documents.size()),
                            new MiningReport.Rejected(relative, absolute, vetoed),
                            new MiningReport.Means(positiveSum / rows.size(), negativeSum / rows.size()),
                            examples,
                            vetoes));
        }
    }
}
