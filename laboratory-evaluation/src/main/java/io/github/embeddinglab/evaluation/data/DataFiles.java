package io.github.embeddinglab.evaluation.data;

import io.github.embeddinglab.api.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Reads the data sets of this package from files; each may be gzipped. Errors name file and line. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class DataFiles {
    private DataFiles() {}

    /**
     * Reads pairs from tables with the columns {@code score, sentence1, sentence2}.
     *
     * @param files joined in order
     * @param columns task's name to file's name, as in {@code score=relatedness}
     * @return the pairs
     */
    public static SimilarityPairs similarity(List<Path> files, Map<String, String> columns) {
        return pairs(files, columns, new Names("score", "sentence1", "sentence2"), (place, score) -> {});
    }

    /**
     * Reads pairs that belong together or not from tables with the columns {@code label, sentence1, sentence2}.
     *
     * @param files joined in order
     * @param columns task's name to file's name
     * @return the pairs, each with 0 or 1
     * @throws InvalidInputException when a label is neither 0 nor 1
     */
    public static SimilarityPairs labelledPairs(List<Path> files, Map<String, String> columns) {
        return pairs(files, columns, new Names("label", "sentence1", "sentence2"), (place, label) -> {
            if (label != 0 && label != 1) {
                throw new InvalidInputException(place + ": the label is " + label
                        + "; 1 says that a pair belongs together, 0 that it does not");
            }
        });
    }

    private record Names(String score, String first, String second) {}

    private interface Check {
        void accept(String place, double score);
    }

    private static SimilarityPairs pairs(
            List<Path> files, Map<String, String> columns, Names names, Check check) {
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        List<Double> scores = new ArrayList<>();
        for (Path file : files) {
            Table table = Table.read(file);
            first.addAll(table.texts(names.first(), columns));
            second.addAll(table.texts(names.second(), columns));
            double[] column = table.numbers(names.score(), columns);
            for (int row = 0; row < column.length; row++) {
                check.accept(file + ":" + (row + 2), column[row]);
                scores.add(column[row]);
            }
        }
        return new SimilarityPairs(name(files), first, second, scores);
    }

    /**
     * Reads triplets from tables with the columns {@code anchor, positive, negative}.
     *
     * @param files joined in order
     * @param columns task's name to file's name
     * @return the triplets
     */
    public static Triplets triplets(List<Path> files, Map<String, String> columns) {
        List<String> anchors = new ArrayList<>();
        List<String> positives = new ArrayList<>();
        List<String> negatives = new ArrayList<>();
        for (Path file : files) {
            Table table = Table.read(file);
            anchors.addAll(table.texts("anchor", columns));
            positives.addAll(table.texts("positive", columns));
            negatives.addAll(table.texts("negative", columns));
        }
        return new Triplets(name(files), anchors, positives, negatives);
    }

    /**
     * Reads labelled texts from tables with the columns {@code label, text}.
     *
     * @param files joined in order
     * @param columns task's name to file's name
     * @return the texts
     */
    public static LabelledTexts labelled(List<Path> files, Map<String, String> columns) {
        List<String> texts = new ArrayList<>();
        List<String> labels = new ArrayList<>();
        for (Path file : files) {
            Table table = Table.read(file);
            texts.addAll(table.texts("text", columns));
            labels.addAll(table.texts("label", columns));
        }
        return new LabelledTexts(name(files), texts, labels);
    }

    /**
     * Reads one file of translations: two columns without a header, a sentence and its translation.
     *
     * @param file the file
     * @return the sentences
     * @throws InvalidInputException when a line has other than two fields
     */
    public static Bitext bitext(Path file) {
        List<String> sources = new ArrayList<>();
        List<String> targets = new ArrayList<>();
        Lines.each(file, (number, line) -> {
            String[] fields = line.split("\t", -1);
            if (fields.length != 2) {
                throw new InvalidInputException(file + ":" + number + ": the line has " + fields.length
                        + " fields; a line is a sentence, a tab and its translation, without a header");
            }
            sources.add(fields[0]);
            targets.add(fields[1]);
        });
        return new Bitext(name(List.of(file)), sources, targets);
    }

    /**
     * Reads queries with candidates from JSONL with the fields {@code query} (a text), {@code positive} and
     * {@code negative} (a text or a list of texts each).
     *
     * @param files joined in order
     * @param fields task's name to file's name
     * @return the queries
     */
    public static RankedCandidates candidates(List<Path> files, Map<String, String> fields) {
        List<RankedCandidates.Query> queries = new ArrayList<>();
        for (Path file : files) {
            for (JsonLines.Entry entry : JsonLines.read(file)) {
                List<String> positive = entry.texts(fields.getOrDefault("positive", "positive"));
                if (positive.isEmpty()) {
                    throw new InvalidInputException(
                            file + ":" + entry.line() + ": the query has no positive text; give at least one");
                }
                queries.add(new RankedCandidates.Query(
                        entry.text(fields.getOrDefault("query", "query")),
                        positive,
                        entry.texts(fields.getOrDefault("negative", "negative"))));
            }
        }
        return new RankedCandidates(name(files), queries);
    }

    /**
     * Reads the lines of a text file.
     *
     * @param file UTF-8, gzipped where its bytes say so
     * @return all lines
     */
    public static List<String> lines(Path file) {
        List<String> lines = new ArrayList<>();
        Lines.each(file, (number, line) -> lines.add(line));
        return lines;
    }

    /**
     * Reads texts: JSONL with the field {@code text}, a table with the column {@code text}, or one text a line
     * ({@code .txt}).
     *
     * @param files joined in order
     * @param columns task's name to file's name
     * @return the texts
     */
    public static List<String> texts(List<Path> files, Map<String, String> columns) {
        List<String> texts = new ArrayList<>();
        for (Path file : files) {
            String plain = file.getFileName().toString().replaceAll("\\.gz$", "");
            if (plain.endsWith(".jsonl")) {
                JsonLines.read(file).forEach(entry -> texts.add(entry.text(columns.getOrDefault("text", "text"))));
            } else if (plain.endsWith(".txt")) {
                Lines.each(file, (number, line) -> texts.add(line));
            } else {
                texts.addAll(Table.read(file).texts("text", columns));
            }
        }
        return texts;
    }

    /**
     * Reads all fields or columns of some names, whatever the task: JSONL (a text or a list of texts each), a table, or the
     * lines of a {@code .txt}.
     *
     * @param file the file
     * @param names fields or columns that hold texts
     * @return texts by line
     * @throws InvalidInputException when the file is malformed, or has none of them
     */
    public static Map<Long, List<String>> textFields(Path file, List<String> names) {
        Map<Long, List<String>> byLine = new LinkedHashMap<>();
        String plain = file.getFileName().toString().replaceAll("\\.gz$", "");
        if (plain.endsWith(".txt")) {
            Lines.each(file, (number, line) -> byLine.put(number, List.of(line)));
        } else if (plain.endsWith(".jsonl")) {
            for (JsonLines.Entry entry : JsonLines.read(file)) {
                byLine.put(entry.line(), names.stream().flatMap(name -> entry.texts(name).stream()).toList());
            }
        } else {
            Table table = Table.read(file);
            for (String name : names) {
                if (table.has(name)) {
                    List<String> column = table.texts(name, Map.of());
                    for (int row = 0; row < column.size(); row++) {
                        byLine.computeIfAbsent(row + 2L, line -> new ArrayList<>()).add(column.get(row));
                    }
                }
            }
        }
        if (byLine.isEmpty()) {
            throw new InvalidInputException("data file " + file + " is empty; give a file with data");
        }
        if (byLine.values().stream().allMatch(List::isEmpty)) {
            throw new InvalidInputException("data file " + file + " has none of the fields "
                    + String.join(", ", names) + "; name its text field with --fields");
        }
        return byLine;
    }

    /**
     * Reads word pairs from tables with the columns {@code word1, word2, similarity}. Words that all end in a tag of their
     * part of speech, as in {@code sun-n}, lose it.
     *
     * @param files joined in order
     * @param columns task's name to file's name
     * @return the pairs
     */
    public static SimilarityPairs wordPairs(List<Path> files, Map<String, String> columns) {
        SimilarityPairs pairs = pairs(
                files, columns, new Names("similarity", "word1", "word2"), (place, score) -> {});
        return new SimilarityPairs(pairs.name(), untagged(pairs.first()), untagged(pairs.second()), pairs.scores());
    }

    private static List<String> untagged(List<String> words) {
        boolean all = words.stream().allMatch(word -> word.matches(".+-[nvja]"));
        return all ? words.stream().map(word -> word.substring(0, word.length() - 2)).toList() : words;
    }

    /**
     * Reads analogies from tables with the columns {@code word1, word2, word3, target}.
     *
     * @param files joined in order
     * @param columns task's name to file's name
     * @return the analogies
     */
    public static Analogies analogies(List<Path> files, Map<String, String> columns) {
        List<Analogies.Question> questions = new ArrayList<>();
        for (Path file : files) {
            Table table = Table.read(file);
            List<String> a = table.texts("word1", columns);
            List<String> b = table.texts("word2", columns);
            List<String> c = table.texts("word3", columns);
            List<String> target = table.texts("target", columns);
            for (int i = 0; i < table.rows(); i++) {
                questions.add(new Analogies.Question(a.get(i), b.get(i), c.get(i), target.get(i)));
            }
        }
        return new Analogies(name(files), questions);
    }

    /**
     * Reads words with their categories from tables with the columns {@code category, word}.
     *
     * @param files joined in order
     * @param columns task's name to file's name
     * @return the words
     */
    public static LabelledTexts categories(List<Path> files, Map<String, String> columns) {
        List<String> words = new ArrayList<>();
        List<String> categories = new ArrayList<>();
        for (Path file : files) {
            Table table = Table.read(file);
            words.addAll(table.texts("word", columns));
            categories.addAll(table.texts("category", columns));
        }
        return new LabelledTexts(name(files), words, categories);
    }

    /**
     * Reads a retrieval folder: {@code corpus.jsonl} ({@code _id, title, text}), {@code queries.jsonl}
     * ({@code _id, text}), {@code qrels.tsv} ({@code query-id, corpus-id, score}). A document's text is title, space and
     * text, stripped.
     *
     * @param folder the folder
     * @return the set
     * @throws InvalidInputException when a file is missing or malformed, or an id occurs twice
     */
    public static RetrievalSet retrieval(Path folder) {
        Map<String, String> documents = new LinkedHashMap<>();
        for (JsonLines.Entry entry : JsonLines.read(Lines.inFolder(folder, "corpus.jsonl"))) {
            String title = entry.optional("title");
            put(documents, entry, ((title == null ? "" : title) + " " + entry.text("text")).strip());
        }
        Path queries = Lines.inFolder(folder, "queries.jsonl");
        return RetrievalSet.of(
                name(List.of(folder)), documents, queries(queries), judgements(Lines.inFolder(folder, "qrels.tsv")));
    }

    /**
     * Reads documents from JSONL with {@code id} (or {@code _id}), {@code text} and optionally {@code title}, in order;
     * ids may repeat.
     *
     * @param file the file
     * @return the documents
     */
    public static Documents documents(Path file) {
        List<String> ids = new ArrayList<>();
        List<String> titles = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (JsonLines.Entry entry : JsonLines.read(file)) {
            String title = entry.optional("title");
            ids.add(entry.id());
            titles.add(title == null ? "" : title);
            texts.add(entry.text("text"));
        }
        return new Documents(ids, titles, texts);
    }

    /**
     * Puts documents, queries and judgements together; of documents with one id the first is kept.
     *
     * @param documents read before
     * @param queries JSONL with {@code _id} (or {@code id}) and {@code text}
     * @param judgements TSV with {@code query-id, corpus-id, score}
     * @return the set
     */
    public static RetrievalSet judged(Documents documents, Path queries, Path judgements) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (int row = 0; row < documents.size(); row++) {
            texts.putIfAbsent(documents.ids().get(row), documents.whole(row));
        }
        return RetrievalSet.of(judgements.toString(), texts, queries(queries), judgements(judgements));
    }

    private static Map<String, String> queries(Path file) {
        Map<String, String> queries = new LinkedHashMap<>();
        for (JsonLines.Entry entry : JsonLines.read(file)) {
            put(queries, entry, entry.text("text"));
        }
        return queries;
    }

    private static Map<String, Map<String, Integer>> judgements(Path file) {
        Table table = Table.read(file);
        List<String> query = table.texts("query-id", Map.of());
        List<String> document = table.texts("corpus-id", Map.of());
        double[] grades = table.numbers("score", Map.of());
        Map<String, Map<String, Integer>> judgements = new LinkedHashMap<>();
        for (int i = 0; i < grades.length; i++) {
            if (grades[i] != Math.rint(grades[i]) || Math.abs(grades[i]) > Integer.MAX_VALUE) {
                throw new InvalidInputException(file + ":" + (i + 2) + ": the grade " + grades[i] + " is no whole number");
            }
            Integer before = judgements
                    .computeIfAbsent(query.get(i), id -> new LinkedHashMap<>())
                    .putIfAbsent(document.get(i), (int) grades[i]);
            if (before != null) {
                throw new InvalidInputException(file + ":" + (i + 2) + ": query " + query.get(i) + " and document "
                        + document.get(i) + " are judged twice; keep one judgement");
            }
        }
        return judgements;
    }

    private static void put(Map<String, String> texts, JsonLines.Entry entry, String text) {
        String id = entry.id();
        if (texts.putIfAbsent(id, text) != null) {
            throw new InvalidInputException(
                    entry.file() + ":" + entry.line() + ": the id " + id + " occurs twice; ids must be unique");
        }
    }

    /**
     * A name for files.
     *
     * @param files at least one
     * @return their names without endings, joined by +
     */
    public static String name(List<Path> files) {
        return files.stream()
                .map(file -> String.valueOf(file.toAbsolutePath().normalize().getFileName())
                        .replaceAll("\\.gz$", "")
                        .replaceAll("\\.(tsv|csv|jsonl)$", ""))
                .collect(Collectors.joining("+"));
    }
}
