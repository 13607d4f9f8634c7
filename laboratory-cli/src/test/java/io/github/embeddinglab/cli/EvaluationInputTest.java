package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is wrong with data gives one line with file, line and cure, and no stack trace; what can be left out is counted
 * in a note. One row a case: to add one, write the files it needs and what must be said.
 */
@Tag("integration")
class EvaluationInputTest {
    @TempDir
    private Path folder = Path.of(".");

    /** A verb with files ({@code name=content}, a bar for a tab, a tilde for a line end) and what it must say. */
    record Case(String command, List<String> files, boolean refused, List<String> parts) {
        @Override
        public String toString() {
            return command + " " + files;
        }
    }

    private static Case refused(String command, List<String> files, String... parts) {
        return new Case(command, files, true, List.of(parts));
    }

    private static Case noted(String command, List<String> files, String... parts) {
        return new Case(command, files, false, List.of(parts));
    }

    private static final String CORPUS = "corpus.jsonl={\"_id\": \"1\", \"title\": \"\", \"text\": \"an index of segments\"}~"
            + "{\"_id\": \"2\", \"title\": \"\", \"text\": \"a vector and a query\"}~"
            + "{\"_id\": \"3\", \"title\": \"\", \"text\": \"every matrix\"}";
    private static final String QUERIES =
            "queries.jsonl={\"_id\": \"a\", \"text\": \"index\"}~{\"_id\": \"b\", \"text\": \"vector\"}~{\"_id\": \"c\", \"text\": \"file\"}";
    private static final String JUDGED = "query-id|corpus-id|score~a|1|1~b|2|1";
    private static final String HEAD = "score|sentence1|sentence2";

    private static List<String> set(String qrels) {
        return List.of(CORPUS, QUERIES, "qrels.tsv=" + qrels);
    }

    /** Judgements of forty queries, enough to calibrate, and one more. */
    private static List<String> many(String more) {
        StringBuilder queries = new StringBuilder(QUERIES);
        StringBuilder judgements = new StringBuilder(JUDGED);
        for (int i = 0; i < 40; i++) {
            queries.append("~{\"_id\": \"a").append(i).append("\", \"text\": \"").append(i % 2 == 0 ? "index " : "no ").append(i).append("\"}");
            judgements.append("~a").append(i).append('|').append(1 + i % 2).append("|1");
        }
        return List.of(CORPUS, queries.toString(), "qrels.tsv=" + judgements + "~" + more);
    }

    static List<Case> tables() {
        List<Case> cases = new ArrayList<>();
        String sts = "evaluate sts --data in.tsv";
        cases.add(refused(sts, List.of("in.tsv=" + HEAD + "~1|a|b~2|c"), "in.tsv:3", "2 fields", "has 3"));
        cases.add(refused(sts, List.of("in.tsv=" + HEAD + "~1|a|b~high|c|d"), "in.tsv:3", "\"high\"", "no number"));
        cases.add(refused(sts, List.of("in.tsv=" + HEAD + "~1|a|b~NaN|c|d"), "in.tsv:3", "NaN", "finite"));
        cases.add(refused(sts, List.of("in.tsv=" + HEAD), "in.tsv", "no row"));
        cases.add(refused(sts, List.of("in.tsv="), "in.tsv", "no row"));
        cases.add(refused(sts, List.of("in.tsv=score|sentence1|sentence2|score~1|a|b|2~2|c|d|3"), "in.tsv", "\"score\"", "twice"));
        cases.add(noted(sts, List.of("in.tsv=" + HEAD + "~1|a|b~1|c|d~1|e f|g"), "cosine_spearman is undefined"));
        cases.add(noted(sts, List.of("in.tsv=" + HEAD + "~1|an index|an index~2|a file|a file~3|one query|one query~4|no|no"),
                "cosine_spearman is undefined"));
        cases.add(noted(sts, List.of("in.tsv=" + HEAD + "~1|an index|an index"), "cosine_spearman is undefined"));
        cases.add(noted(sts, List.of("in.tsv=" + HEAD + "~1|an index|~2|a file|one query~3|no|a file"), "1 of 6 texts", "empty"));
        String pairs = "evaluate pairs --data in.tsv";
        cases.add(refused(pairs, List.of("in.tsv=label|sentence1|sentence2~1|a|b~2|c|d"), "in.tsv:3", "label", "2"));
        cases.add(refused(pairs, List.of("in.tsv=label|sentence1|sentence2~1|a|b~NaN|c|d"), "in.tsv:3", "NaN"));
        cases.add(noted(pairs, List.of("in.tsv=label|sentence1|sentence2~1|an index|b~1|c|d"), "every pair has the label 1"));
        cases.add(noted(pairs, List.of("in.tsv=label|sentence1|sentence2~0|an index|b~0|c|d"), "undefined"));
        String triplets = "evaluate triplets --data in.tsv";
        cases.add(refused(triplets, List.of("in.tsv=anchor|positive|negative~a|b"), "in.tsv:2", "2 fields"));
        cases.add(refused(triplets, List.of("in.tsv=anchor|positive~a|b"), "in.tsv", "\"negative\"", "--columns"));
        cases.add(refused(triplets, List.of("in.tsv=anchor|positive|negative"), "in.tsv", "no row"));
        String bitext = "evaluate bitext --data in.tsv";
        cases.add(refused(bitext, List.of("in.tsv=a|b~c|d|e"), "in.tsv:2", "3 fields"));
        cases.add(refused(bitext, List.of("in.tsv="), "in", "at least one pair"));
        cases.add(refused("evaluate bitext --data .", List.of("in.txt=a"), "no .tsv file"));
        String labels = "label|text~";
        String classification = "evaluate classification --data train.tsv --data test.tsv";
        cases.add(refused("evaluate classification --data in.tsv", List.of("in.tsv=" + labels + "x|a"), "--data TRAIN --data TEST"));
        cases.add(refused(classification, List.of("train.tsv=" + labels + "x|a index~x|b", "test.tsv=" + labels + "x|c"),
                "train", "one label", "at least two"));
        cases.add(refused(classification, List.of("train.tsv=" + labels + "x|a index~y|b~y", "test.tsv=" + labels + "x|c"), "train.tsv:4"));
        cases.add(noted(classification, List.of("train.tsv=" + labels + "x|an index~y|a file", "test.tsv=" + labels + "x|index~z|file"),
                "1 of 2 test texts", "no training text"));
        cases.add(refused(classification + " --setting protocol=some", List.of("train.tsv=" + labels + "x|a~y|b", "test.tsv=" + labels + "x|a"),
                "protocol \"some\"", "few", "full"));
        String clustering = "evaluate clustering --data in.tsv";
        cases.add(refused(clustering, List.of("in.tsv=" + labels + "x|an index~x|a file~x|no"), "one label"));
        cases.add(refused(clustering, List.of("in.tsv=" + labels + "x|an index~y"), "in.tsv:3"));
        cases.add(refused(clustering, List.of("in.tsv=label|text"), "no row"));
        String words = "evaluate words --data in.csv";
        cases.add(refused(words, List.of("in.csv=,word1,word2,similarity~0,sun,moon,NaN"), "in.csv:2", "NaN"));
        cases.add(refused(words, List.of("in.csv=,word1,word2,similarity~0,sun,\"moon,3"), "in.csv:2", "quote"));
        cases.add(refused(words, List.of("in.csv=a,b~1,2"), "in.csv", "\"word1\"", "--columns"));
        cases.add(noted(words, List.of("in.csv=,word1,word2,similarity~0,sun,moon,2~1,a,file,2~2,no,index,2"), "undefined"));
        String preservation = "evaluate preservation --data in.txt";
        cases.add(refused(preservation, List.of("in.txt=an index~a file~one query"), "reference=MODEL"));
        return cases;
    }

    static List<Case> judged() {
        List<Case> cases = new ArrayList<>();
        for (String verb : List.of("evaluate retrieval --data .", "calibrate --data .")) {
            cases.add(refused(verb, List.of(QUERIES, "qrels.tsv=" + JUDGED), "no corpus.jsonl"));
            cases.add(refused(verb, List.of(CORPUS + "~{\"_id\": \"4\", \"text\":", QUERIES, "qrels.tsv=" + JUDGED), "corpus.jsonl:4", "not JSON"));
            cases.add(refused(verb, List.of(CORPUS + "~{\"_id\": \"1\", \"text\": \"again\"}", QUERIES, "qrels.tsv=" + JUDGED),
                    "corpus.jsonl:4", "id 1 occurs twice"));
            cases.add(refused(verb, List.of(CORPUS + "~{\"text\": \"again\"}", QUERIES, "qrels.tsv=" + JUDGED), "corpus.jsonl:4", "id"));
            cases.add(refused(verb, List.of(CORPUS + "~{\"_id\": \"4\"}", QUERIES, "qrels.tsv=" + JUDGED), "corpus.jsonl:4", "\"text\""));
            cases.add(refused(verb, List.of(CORPUS, QUERIES + "~{\"_id\": \"a\", \"text\": \"twice\"}", "qrels.tsv=" + JUDGED),
                    "queries.jsonl:4", "id a occurs twice"));
            cases.add(refused(verb, List.of("corpus.jsonl=", QUERIES, "qrels.tsv=" + JUDGED), "corpus.jsonl", "empty"));
            cases.add(refused(verb, set("query-id|corpus-id|score"), "qrels.tsv", "no row"));
            cases.add(refused(verb, set(JUDGED + "~b|3"), "qrels.tsv:4", "2 fields"));
            cases.add(refused(verb, set(JUDGED + "~b|3|NaN"), "qrels.tsv:4", "NaN"));
            cases.add(refused(verb, set(JUDGED + "~b|3|.5"), "qrels.tsv:4", "whole number"));
            cases.add(refused(verb, set(JUDGED + "~b|2|1"), "qrels.tsv:4", "judged twice"));
            cases.add(refused(verb, set("query-id|corpus-id|score~x|1|1"), "0 judged queries", "same ids"));
            cases.add(noted(verb, many("x|1|1"), "1 judged quer", "not among the queries"));
            cases.add(noted(verb, many("a1|99|1"), "1 judgement", "corpus lacks"));
            cases.add(noted(verb, many("c|3|0"), "1 judged quer", "no relevant document"));
        }
        cases.add(refused("evaluate retrieval --data none", List.of(), "none"));
        cases.add(refused("evaluate retrieval --data in.tsv", List.of("in.tsv=a"), "in.tsv", "folder"));
        String reranking = "evaluate reranking --data in.jsonl";
        cases.add(refused(reranking, List.of("in.jsonl={\"query\": \"a\", \"positive\": [], \"negative\": [\"b\"]}"), "in.jsonl:1", "no positive"));
        cases.add(refused(reranking, List.of("in.jsonl={\"query\": \"a\", \"positive\": [3], \"negative\": [\"b\"]}"), "in.jsonl:1", "positive"));
        cases.add(refused(reranking, List.of("in.jsonl={\"positive\": \"b\", \"negative\": [\"b\"]}"), "in.jsonl:1", "\"query\""));
        cases.add(refused(reranking, List.of("in.jsonl="), "in.jsonl", "empty"));
        cases.add(noted(reranking, List.of("in.jsonl={\"query\": \"an index\", \"positive\": \"b\"}~{\"query\": \"a\", \"positive\": \"file\", \"negative\": \"b\"}"),
                "1 of 2 queries", "no negative"));
        return cases;
    }

    static List<Case> rest() {
        List<Case> cases = new ArrayList<>();
        cases.add(refused("calibrate --data . --share 2", set(JUDGED), "--share", "2"));
        cases.add(refused("calibrate --data . --hits 0", set(JUDGED), "--hits", "0"));
        cases.add(refused("calibrate --data . --precision NaN", set(JUDGED), "--precision", "NaN"));
        cases.add(refused("calibrate --use no.json --score .5", List.of(), "no.json", "check the path"));
        cases.add(refused("calibrate --use in.json --score .5", List.of("in.json={"), "in.json", "not JSON"));
        cases.add(refused("calibrate --use in.json --score .5", List.of("in.json={}"), "in.json", "calibrate"));
        cases.add(refused("calibrate --use in.json --score NaN", List.of("in.json={}"), "--score", "NaN"));
        cases.add(refused("calibrate --data . --unanswerable u.txt", List.of(CORPUS, QUERIES, "qrels.tsv=" + JUDGED, "u.txt="), "u.txt", "empty"));
        String leaks = "leak-check --data in.jsonl --training-data t.jsonl";
        String good = "t.jsonl={\"text\": \"a\"}";
        cases.add(refused(leaks, List.of(good), "in.jsonl", "does not exist"));
        cases.add(refused(leaks, List.of(good, "in.jsonl="), "in.jsonl", "empty"));
        cases.add(refused(leaks, List.of(good, "in.jsonl={\"text\": \"a\"}~{\"text\""), "in.jsonl:2", "not JSON"));
        cases.add(refused(leaks, List.of(good, "in.jsonl={\"words\": \"a\"}"), "in.jsonl", "--fields"));
        cases.add(refused(leaks, List.of(good, "in.jsonl={\"text\": [3]}"), "in.jsonl:1", "not a text"));
        cases.add(refused("leak-check --data in.txt --training-data t.jsonl", List.of(good, "in.txt="), "in.txt", "empty"));
        cases.add(refused("leak-check --data in.tsv --training-data t.jsonl", List.of(good, "in.tsv=text|x~a"), "in.tsv:2", "1 fields"));
        cases.add(refused("leak-check --data . --training-data t.jsonl",
                List.of(good, CORPUS + "~{\"_id\": \"1\", \"text\": \"b\"}", QUERIES, "qrels.tsv=" + JUDGED), "corpus.jsonl:4", "occurs twice"));
        String quality = "benchmark quality --catalogue c.json";
        String entry = "{\"name\": \"p\", \"task\": \"sts\", \"files\": [\"in.tsv\"], \"score\": \"cosine_spearman\"}";
        String rows = "in.tsv=" + HEAD + "~1|an index|b~2|a file|d~3|file|index";
        cases.add(refused(quality, List.of(), "c.json", "does not exist"));
        cases.add(refused(quality, List.of("c.json={"), "c.json"));
        cases.add(refused(quality, List.of("c.json={\"version\": 1, \"entries\": []}"), "c.json", "entries"));
        cases.add(refused(quality, List.of("c.json={\"version\": 2, \"entries\": [" + entry + "]}"), "c.json", "version 1"));
        cases.add(refused(quality, List.of("c.json={\"version\": 1, \"entries\": [" + entry + "," + entry + "]}", rows), "two entries", "\"p\""));
        cases.add(refused(quality, List.of("c.json={\"version\": 1, \"entries\": [" + entry + "]}"), "in.tsv", "does not exist"));
        cases.add(refused(quality, List.of("c.json={\"version\": 1, \"entries\": [" + entry + "]}", "in.tsv=" + HEAD + "~1|a"), "in.tsv:2"));
        cases.add(refused(quality, List.of("c.json={\"version\": 1, \"entries\": [" + entry.replace("sts", "stss") + "]}", rows), "\"stss\"", "sts"));
        cases.add(refused(quality, List.of("c.json={\"version\": 1, \"entries\": [" + entry.replace("cosine_spearman", "accuracy") + "]}", rows),
                "accuracy", "cosine_spearman"));
        cases.add(refused(quality, List.of("c.json={\"version\": 1, \"entries\": [" + entry.replace("[\"in.tsv\"]", "[]") + "]}", rows), "files"));
        cases.add(refused(quality + " --baseline b.json", List.of("c.json={\"version\": 1, \"entries\": [" + entry + "]}", rows), "b.json"));
        cases.add(refused(quality + " --baseline b.json", List.of("c.json={\"version\": 1, \"entries\": [" + entry + "]}", rows, "b.json={"), "b.json"));
        cases.add(refused(quality + " --baseline b.json", List.of("c.json={\"version\": 1, \"entries\": [" + entry + "]}", rows, "b.json={\"schema\": 9}"), "b.json"));
        return cases;
    }

    @ParameterizedTest
    @MethodSource({"tables", "judged", "rest"})
    void isRefusedOrNoted(Case one) throws IOException {
        Path data = Files.createDirectories(folder.resolve("data"));
        for (String file : one.files()) {
            String[] parts = file.split("=", 2);
            Files.writeString(data.resolve(parts[0]), parts[1].isEmpty() ? "" : parts[1].replace('|', '\t').replace('~', '\n') + "\n");
        }
        List<Object> args = new ArrayList<>();
        String before = "";
        for (String word : one.command().split(" ", -1)) {
            boolean path = List.of("--data", "--training-data", "--use", "--unanswerable", "--catalogue", "--baseline").contains(before);
            args.add(path ? data.resolve(word).normalize() : word);
            before = word;
        }
        if (!one.command().startsWith("leak")) {
            args.addAll(List.of("--model", Cli.fixture("static-mean")));
        }
        if (!one.command().startsWith("leak") && !one.command().startsWith("cal")) {
            args.addAll(List.of("--resamples", 200));
        }
        Cli.Result result = new Cli(folder.resolve("models")).run(args.toArray());
        assertThat(result.err() + result.out()).as("a stack trace").doesNotContain("\tat ").doesNotContain("Exception");
        if (one.refused()) {
            assertThat(result.exit()).as(result.err() + result.out()).isNotZero();
            assertThat(result.err().lines().filter(line -> line.startsWith("error: ")).toList()).as(result.err()).hasSize(1);
            String last = result.err().lines().reduce("", (a, b) -> b);
            assertThat(last).startsWith("error: ").contains(one.parts());
        } else {
            assertThat(result.exit()).as(result.err()).isZero();
            assertThat(result.err()).contains(one.parts());
        }
    }
}
