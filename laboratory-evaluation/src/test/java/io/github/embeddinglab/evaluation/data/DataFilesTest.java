package io.github.embeddinglab.evaluation.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.testkit.SharedData;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class DataFilesTest {
    @TempDir
    private Path folder = Path.of(".");

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static void refused(Runnable reading, String... parts) {
        assertThatThrownBy(reading::run)
                .isInstanceOf(InvalidInputException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts).doesNotContain("\n"));
    }

    @Test
    void readsGzippedAndRenamedColumns() throws IOException {
        Path file = folder.resolve("sick.tsv.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("relatedness\tentailment\tsentence1\tsentence2\n3.3\tNEUTRAL\tein Bär\tzwei\n"
                    .getBytes(StandardCharsets.UTF_8));
        }
        SimilarityPairs pairs = DataFiles.similarity(List.of(file, file), Map.of("score", "relatedness"));
        assertThat(pairs.name()).isEqualTo("sick+sick");
        assertThat(pairs.first()).containsExactly("ein Bär", "ein Bär");
        assertThat(pairs.scores()).containsExactly(3.3, 3.3);
        refused(() -> DataFiles.similarity(List.of(file), Map.of()), "sick.tsv.gz", "no column \"score\"", "relatedness", "--columns score=");
    }

    @Test
    void malformedRowsNameFileAndLine() throws IOException {
        Path few = write("few.tsv", "score\tsentence1\tsentence2\n1\ta\tb\n2\ta\n");
        refused(() -> DataFiles.similarity(List.of(few), Map.of()), "few.tsv:3", "2 fields");
        Path word = write("word.tsv", "score\tsentence1\tsentence2\nhigh\ta\tb\n");
        refused(() -> DataFiles.similarity(List.of(word), Map.of()), "word.tsv:2", "\"high\"");
        Path nan = write("nan.tsv", "score\tsentence1\tsentence2\n1\ta\tb\nNaN\ta\tb\n");
        refused(() -> DataFiles.similarity(List.of(nan), Map.of()), "nan.tsv:3", "finite");
        Path label = write("label.tsv", "label\tsentence1\tsentence2\n2\ta\tb\n");
        refused(() -> DataFiles.labelledPairs(List.of(label), Map.of()), "label.tsv:2", "the label is 2.0");
        Path header = write("header.tsv", "score\tsentence1\tsentence2\n");
        refused(() -> DataFiles.similarity(List.of(header), Map.of()), "header.tsv", "no row");
        refused(() -> DataFiles.similarity(List.of(folder.resolve("none.tsv")), Map.of()), "none.tsv", "does not exist");
        Path three = write("three.tsv", "a\tb\nc\n");
        refused(() -> DataFiles.bitext(three), "three.tsv:2", "1 fields");
        Path open = write("open.csv", ",word1,word2,similarity\n0,\"a,b,1\n");
        refused(() -> DataFiles.wordPairs(List.of(open), Map.of()), "open.csv:2", "quote");
        Path latin = folder.resolve("latin.tsv");
        Files.write(latin, "score\tsentence1\tsentence2\n1\tB\u00e4r\tb\n".getBytes(StandardCharsets.ISO_8859_1));
        refused(() -> DataFiles.similarity(List.of(latin), Map.of()), "latin.tsv", "UTF-8");
    }

    private void retrievalFolder(String corpus, String queries, String judgements) throws IOException {
        write("corpus.jsonl", corpus);
        write("queries.jsonl", queries);
        write("qrels.tsv", judgements);
    }

    @Test
    void retrievalJoinsTitleAndTextAndCountsWhatIsLeftOut() throws IOException {
        retrievalFolder(
                "{\"_id\": \"a\", \"title\": \"T\", \"text\": \"x \"}\n{\"_id\": \"b\", \"title\": \"\", \"text\": \"y\"}\n",
                "{\"_id\": \"1\", \"text\": \"q\"}\n{\"_id\": \"2\", \"text\": \"r\"}\n{\"_id\": \"3\", \"text\": \"s\"}\n",
                "query-id\tcorpus-id\tscore\n1\ta\t2\n1\tz\t1\n2\tb\t0\n9\ta\t1\n");
        RetrievalSet set = DataFiles.retrieval(folder);
        assertThat(set.documents()).containsExactly(Map.entry("a", "T x"), Map.entry("b", "y"));
        assertThat(set.judgements().keySet()).containsExactly("1", "2");
        assertThat(set.notes())
                .anyMatch(note -> note.startsWith("1 judged queries are not among"))
                .anyMatch(note -> note.startsWith("1 judgements name a document"))
                .anyMatch(note -> note.startsWith("1 judged queries have no relevant"))
                .anyMatch(note -> note.startsWith("1 queries have no judgement"));
    }

    @Test
    void retrievalRefusesWhatIsWrong() throws IOException {
        String corpus = "{\"_id\": \"a\", \"text\": \"x\"}\n";
        String queries = "{\"_id\": \"1\", \"text\": \"q\"}\n";
        retrievalFolder(corpus + corpus, queries, "query-id\tcorpus-id\tscore\n1\ta\t1\n");
        refused(() -> DataFiles.retrieval(folder), "corpus.jsonl:2", "a occurs twice");
        retrievalFolder(corpus, queries, "query-id\tcorpus-id\tscore\n1\ta\t1\n1\ta\t2\n");
        refused(() -> DataFiles.retrieval(folder), "qrels.tsv:3", "judged twice");
        retrievalFolder(corpus, queries, "query-id\tcorpus-id\tscore\n1\ta\t1.5\n");
        refused(() -> DataFiles.retrieval(folder), "qrels.tsv:2", "no whole number");
        retrievalFolder(corpus, queries, "query-id\tcorpus-id\tscore\n7\ta\t1\n");
        refused(() -> DataFiles.retrieval(folder), "0 judged queries");
        retrievalFolder("{\"_id\": \"a\"}\n", queries, "query-id\tcorpus-id\tscore\n1\ta\t1\n");
        refused(() -> DataFiles.retrieval(folder), "corpus.jsonl:1", "\"text\"");
        retrievalFolder("not json\n", queries, "query-id\tcorpus-id\tscore\n1\ta\t1\n");
        refused(() -> DataFiles.retrieval(folder), "corpus.jsonl:1", "not JSON");
        Files.delete(folder.resolve("queries.jsonl"));
        retrievalFolderWithout(corpus);
    }

    private void retrievalFolderWithout(String corpus) throws IOException {
        write("corpus.jsonl", corpus);
        refused(() -> DataFiles.retrieval(folder), "no queries.jsonl");
    }

    @Test
    void realFilesHaveTheRowsThatWerePublished() {
        Path data = SharedData.require("data");
        assertThat(DataFiles.similarity(
                                List.of(
                                        data.resolve("sts/sick.train.tsv.gz"),
                                        data.resolve("sts/sick.trial.tsv.gz"),
                                        data.resolve("sts/sick.test.tsv.gz")),
                                Map.of("score", "relatedness"))
                        .scores())
                .hasSize(9_927);
        RetrievalSet cisi = DataFiles.retrieval(data.resolve("retrieval/cisi"));
        assertThat(cisi.documents()).hasSize(1_460);
        assertThat(cisi.judgements()).hasSize(76);
        assertThat(DataFiles.labelled(List.of(data.resolve("classification/banking77.test.tsv.gz")), Map.of()).texts())
                .hasSize(3_080);
        SimilarityPairs men = DataFiles.wordPairs(List.of(data.resolve("words/similarity/men.csv.gz")), Map.of());
        assertThat(men.first().get(0)).isEqualTo("sun");
        assertThat(DataFiles.analogies(List.of(data.resolve("words/analogy/google-analogies.csv.gz")), Map.of()).questions())
                .hasSize(19_544);
        assertThat(DataFiles.categories(List.of(data.resolve("words/categorization/ap.csv")), Map.of()).texts())
                .hasSizeBetween(400, 423);
    }
}
