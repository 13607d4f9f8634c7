package io.github.embeddinglab.training.generation;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Progress;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.training.data.KeyedRandom;
import io.github.embeddinglab.training.data.NormalizedText;
import io.github.embeddinglab.training.data.TrainingSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Runs generators over a corpus and keeps the pairs that can teach something.
 *
 * @param generators at least one, with different names
 * @param leastWords of the text that answers
 * @param mostSharing a query that more documents than this would answer, as "Overview", is left out
 * @param seed of all random choices
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Generation(List<PairGenerator> generators, int leastWords, int mostSharing, long seed) {
    private static final int LEAST_WORDS = 8;
    private static final int MOST_SHARING = 3;
    private static final int EXAMPLES = 2;
    private static final int REPORT_EVERY = 256;

    /**
     * Copies and checks.
     *
     * @throws InvalidInputException when there is no generator or a limit is below 1
     */
    public Generation {
        generators = List.copyOf(generators);
        if (generators.isEmpty() || leastWords < 1 || mostSharing < 1) {
            throw new InvalidInputException("generation with " + generators.size() + " generators, at least " + leastWords
                    + " words and at most " + mostSharing + " documents a query makes nothing; give at least 1 of each");
        }
    }

    /**
     * Eight words at least, a query for three documents at most.
     *
     * @param generators at least one
     * @param seed of all random choices
     * @return the settings
     */
    public static Generation of(List<PairGenerator> generators, long seed) {
        return new Generation(generators, LEAST_WORDS, MOST_SHARING, seed);
    }

    /**
     * Pairs and what was left out.
     *
     * @param pairs of the form PAIRS; their group is the document's
     * @param report counts and examples
     */
    public record Result(TrainingSet pairs, Report report) {}

    /**
     * Counts.
     *
     * @param documents how many there were
     * @param generators by name, what each made
     * @param dropped pairs by reason
     */
    public record Report(int documents, Map<String, Made> generators, Map<String, Integer> dropped) {
        /** Copies the collections, in order. */
        public Report {
            generators = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(generators));
            dropped = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(dropped));
        }
    }

    /**
     * What one generator made.
     *
     * @param pairs how many are kept
     * @param examples the first few
     */
    public record Made(int pairs, List<PairGenerator.Pair> examples) {
        /** Copies the examples. */
        public Made {
            examples = List.copyOf(examples);
        }
    }

    private record Candidate(PairGenerator generator, PairGenerator.Pair pair, String query, String group) {}

    /**
     * Makes pairs. O(words of the corpus).
     *
     * @param corpus documents
     * @param progress told of documents
     * @return pairs in the order of generators, then documents
     * @throws InvalidInputException when no pair is left
     * @throws CancelledException when the calling thread is interrupted
     */
    public Result run(Corpus corpus, Progress.Listener progress) {
        long start = System.nanoTime();
        List<Candidate> candidates = new ArrayList<>();
        Map<String, Set<String>> answers = new HashMap<>();
        Set<List<String>> seen = new HashSet<>();
        Map<String, Integer> dropped = new LinkedHashMap<>();
        int size = corpus.documents().size();
        long total = (long) size * generators.size();
        for (int g = 0; g < generators.size(); g++) {
            PairGenerator generator = generators.get(g);
            for (int document = 0; document < size; document++) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancelledException("generation of pairs was interrupted; nothing was written");
                }
                for (PairGenerator.Pair pair : generator.pairs(
                        corpus, document, KeyedRandom.at(seed, generator.name().hashCode(), document))) {
                    String query = NormalizedText.of(pair.query());
                    String answer = NormalizedText.of(pair.document());
                    if (Corpus.count(pair.document()) < leastWords) {
                        dropped.merge("the text has fewer than " + leastWords + " words", 1, Integer::sum);
                    } else if (query.equals(answer)) {
                        dropped.merge("query and text are the same", 1, Integer::sum);
                    } else if (!seen.add(List.of(query, answer))) {
                        dropped.merge("an earlier pair is the same", 1, Integer::sum);
                    } else {
                        answers.computeIfAbsent(query, key -> new HashSet<>()).add(answer);
                        candidates.add(new Candidate(generator, pair, query, group(corpus, document)));
                    }
                }
                long done = (long) g * size + document + 1;
                if (done % REPORT_EVERY == 0 || done == total) {
                    progress.report(new Progress("generating", done, total, Duration.ofNanos(System.nanoTime() - start)));
                }
            }
        }
        return kept(candidates, answers, dropped, size);
    }

    /** A document without a group is a group of its own: pairs of one document must stay in one part. */
    private static String group(Corpus corpus, int document) {
        String group = corpus.documents().get(document).group();
        return group.isEmpty() ? "document " + (document + 1) : group;
    }

    private Result kept(
            List<Candidate> candidates, Map<String, Set<String>> answers, Map<String, Integer> dropped, int documents) {
        List<TrainingRow> rows = new ArrayList<>();
        Map<String, List<PairGenerator.Pair>> byGenerator = new LinkedHashMap<>();
        generators.forEach(generator -> byGenerator.put(generator.name(), new ArrayList<>()));
        for (Candidate candidate : candidates) {
            if (answers.getOrDefault(candidate.query(), Set.of()).size() > mostSharing) {
                dropped.merge("more than " + mostSharing + " texts answer the query", 1, Integer::sum);
                continue;
            }
            byGenerator.getOrDefault(candidate.generator().name(), new ArrayList<>()).add(candidate.pair());
            rows.add(TrainingRow.pair(candidate.pair().query(), candidate.pair().document()).inGroup(candidate.group()));
        }
        if (rows.isEmpty()) {
            throw new InvalidInputException("no pair could be made from " + documents + " documents (dropped: " + dropped
                    + "); give longer documents, titles, or other generators");
        }
        Map<String, Made> made = new LinkedHashMap<>();
        byGenerator.forEach((name, pairs) ->
                made.put(name, new Made(pairs.size(), pairs.subList(0, Math.min(EXAMPLES, pairs.size())))));
        return new Result(
                new TrainingSet("generated", Form.PAIRS, rows, List.of()), new Report(documents, made, dropped));
    }
}
