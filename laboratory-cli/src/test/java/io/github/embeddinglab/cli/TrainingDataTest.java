package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lab generate} and {@code lab mine}: what one writes the other reads. */
@Tag("integration")
class TrainingDataTest {
    @TempDir
    private Path folder = Path.of(".");

    private Cli cli = new Cli(Path.of("."));
    private Path documents = Path.of(".");

    @BeforeEach
    void write() throws IOException {
        cli = new Cli(folder.resolve("models"));
        String[] things = {"index", "segment", "query", "vector", "matrix", "file"};
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 36; i++) {
            String one = things[i % 6];
            String other = things[i / 6];
            lines.append("{\"file\": \"page").append(i % 9).append(".md\", \"heading\": \"Guide > The ").append(one).append(" of ")
                    .append(other).append("\", \"text\": \"The ").append(one).append(" belongs to every ").append(other)
                    .append(". Number ").append(i).append(" of its kind is written down here.\"}\n");
        }
        documents = Files.writeString(folder.resolve("documents.jsonl"), lines);
    }

    private JsonNode generate(String out, Object... more) {
        Object[] args = Stream.concat(
                        Stream.of("generate", "--data", documents, "--out", folder.resolve(out), "--json"), Stream.of(more))
                .toArray();
        return cli.run(args).done().json();
    }

    @Test
    @DisplayName("Documents become pairs, pairs become triplets; the same seed writes the same bytes")
    void generateThenMine() throws IOException {
        JsonNode made = generate("pairs.jsonl");
        assertThat(made.path("documents").intValue()).isEqualTo(36);
        assertThat(made.path("pairs").intValue()).isGreaterThan(60);
        assertThat(made.path("generators").path("title").path("examples").get(0).path("query").textValue())
                .isEqualTo("Guide The index of index");
        generate("again.jsonl");
        assertThat(folder.resolve("again.jsonl")).hasSameBinaryContentAs(folder.resolve("pairs.jsonl"));
        assertThat(generate("other.jsonl", "--seed", 7, "--augment", "deletion,crop").path("augmented").intValue())
                .isGreaterThan(30);

        Path triplets = folder.resolve("triplets.jsonl.gz");
        JsonNode mined = cli.run(
                        "mine", "--model", Cli.fixture("static-mean"), "--data", folder.resolve("pairs.jsonl"), "--out", triplets,
                        "--ranks", "3-20", "--relative-margin", "0.99", "--json")
                .done()
                .json();
        int kept = mined.path("rows").path("kept").intValue();
        assertThat(kept).isPositive();
        assertThat(kept + mined.path("rows").path("left_out").intValue()).isEqualTo(made.path("pairs").intValue());
        assertThat(mined.path("examples").get(0).path("negative").path("text").textValue()).isNotEmpty();
        // what was mined can be mined again
        assertThat(cli.run(
                                "mine", "--model", Cli.fixture("static-mean"), "--data", triplets, "--out",
                                folder.resolve("b.jsonl"), "--ranks", "3-20", "--relative-margin", "0.99", "--random", "--json")
                        .done()
                        .json()
                        .path("rows")
                        .path("given")
                        .intValue())
                .isEqualTo(kept);
    }

    @Test
    @DisplayName("A veto model, a corpus, an absolute margin and several negatives: rows with all of them, and examples of both kinds")
    void mineWithVeto() throws IOException {
        generate("pairs.jsonl");
        StringBuilder more = new StringBuilder();
        for (int i = 0; i < 30; i++) {
            more.append("A line about ").append(i % 2 == 0 ? "segments" : "files").append(" number ").append(i).append(" and nothing else.\n");
        }
        Path corpus = Files.writeString(folder.resolve("more.txt"), more);
        Path out = folder.resolve("vetoed.jsonl");
        Object[] args = {
            "mine", "--model", Cli.fixture("static-mean"), "--data", folder.resolve("pairs.jsonl"), "--corpus", corpus, "--out", out,
            "--ranks", "1-60", "--relative-margin", "1", "--absolute-margin", "0.05", "--negatives", "3", "--veto", Cli.fixture("bert-mean")
        };
        JsonNode mined = cli.run(Stream.concat(Stream.of(args), Stream.of("--json")).toArray()).done().json();
        assertThat(mined.path("rows").path("documents").intValue()).isGreaterThan(60);
        assertThat(mined.path("rejected").path("absolute").intValue()).isPositive();
        assertThat(mined.path("rejected").path("vetoed").intValue()).isPositive();
        assertThat(mined.path("examples").get(0).path("negative").path("text").textValue()).isNotEmpty();
        JsonNode vetoed = mined.path("vetoed_examples").get(0);
        assertThat(vetoed.path("example").path("negative").path("text").textValue()).isNotEmpty();
        assertThat(vetoed.path("candidate").doubleValue()).isGreaterThan(vetoed.path("positive").doubleValue() - 0.05);
        List<String> lines = Files.readAllLines(out);
        assertThat(lines).hasSize(mined.path("rows").path("kept").intValue());
        assertThat(lines).allSatisfy(line -> assertThat(Cli.json(line).path("negative")).hasSize(3));
        assertThat(lines).anySatisfy(line -> assertThat(Cli.json(line).path("negative").toString()).contains("A line about"));
        Cli.Result told = cli.run(args).done();
        assertThat(told.out()).contains("by veto").contains("      negative ").contains("      vetoed   ").contains("by the veto model: positive ");
    }

    @Test
    @DisplayName("Templates make queries, synonyms change them")
    void generateWithTemplatesAndSynonyms() throws IOException {
        Path synonyms = Files.writeString(folder.resolve("synonyms.txt"), "index, catalogue\nsegment, section, part\nfind, locate\n");
        JsonNode made = generate(
                "made.jsonl", "--generators", "heading", "--template", "how to find {heading}", "--augment", "synonyms", "--synonyms", synonyms,
                "--copies", "2");
        assertThat(made.path("generators").path("templates").path("examples").get(0).path("query").textValue()).startsWith("how to find The ");
        int added = made.path("augmented").intValue();
        assertThat(added).isPositive();
        List<JsonNode> rows = Files.readAllLines(folder.resolve("made.jsonl")).stream().map(Cli::json).toList();
        assertThat(rows).hasSize(made.path("pairs").intValue());
        long changed = rows.stream()
                .filter(row -> row.path("query").textValue().matches("(?s).*\\b(catalogue|section|part|locate)\\b.*"))
                .count();
        assertThat(changed).isEqualTo(added);
    }

    @Test
    @DisplayName("Pairs and labelled texts are augmented in the form that they have, to rows that are read again")
    void augmentRows() throws IOException {
        Path pairs = Files.writeString(folder.resolve("given.tsv"), "question\tanswer\nhow does one turn a key\tslowly\nwho\tnobody\n");
        JsonNode made = cli.run(
                        "generate", "--data", pairs, "--columns", "query=question,document=answer", "--augment", "swap", "--copies", "2", "--out",
                        folder.resolve("more.jsonl"), "--json")
                .done()
                .json();
        assertThat(made.path("form").textValue()).isEqualTo("pairs");
        assertThat(made.path("rows").intValue()).isEqualTo(4);
        assertThat(made.path("augmented").intValue()).isEqualTo(2);
        List<JsonNode> rows = Files.readAllLines(folder.resolve("more.jsonl")).stream().map(Cli::json).toList();
        assertThat(rows.get(0).path("query").textValue()).isEqualTo("how does one turn a key");
        assertThat(rows.get(1).path("query").textValue()).isNotEqualTo("how does one turn a key").hasSameSizeAs("how does one turn a key");
        assertThat(rows.subList(0, 3)).allSatisfy(row -> {
            assertThat(row.path("document").textValue()).isEqualTo("slowly");
            assertThat(row.path("group").textValue()).isEqualTo("row 1");
        });
        assertThat(rows.get(3).path("query").textValue()).as("one word cannot change places").isEqualTo("who");
        assertThat(made.path("examples").get(0).path("changed").textValue()).isEqualTo(rows.get(1).path("query").textValue());

        Path labelled = Files.writeString(
                folder.resolve("labelled.jsonl"),
                "{\"label\": \"x\", \"text\": \"one two three four\"}\n{\"label\": \"y\", \"text\": \"five six seven eight\"}\n");
        Cli.Result told = cli.run("generate", "--data", labelled, "--augment", "crop", "--out", folder.resolve("labels.jsonl")).done();
        assertThat(told.out()).contains("4 rows of labelled texts, 2 of them changed copies");
        assertThat(Files.readAllLines(folder.resolve("labels.jsonl")).stream().map(line -> Cli.json(line).path("label").textValue()))
                .containsExactly("x", "x", "y", "y");
        // what was written is read again
        cli.run("generate", "--data", folder.resolve("labels.jsonl"), "--augment", "deletion", "--out", folder.resolve("again.jsonl")).done();

        Path out = folder.resolve("out.jsonl");
        cli.run("generate", "--data", labelled, "--out", out).refused(Lab.FAILED, "holds labelled", "with --augment");
        cli.run("generate", "--data", labelled, "--augment", "crop", "--generators", "title", "--out", out)
                .refused(Lab.WRONG_USE, "--generators is about documents", "labelled.jsonl holds labelled");
        assertThat(out).doesNotExist();
    }

    @Test
    @DisplayName("Bad files and a missing veto model are one error each, with file and line, and leave no file")
    void badInput() throws IOException {
        Path out = folder.resolve("out.jsonl");
        Path good = Files.writeString(folder.resolve("good.tsv"), "query\tdocument\nq\td\np\te\n");
        Path empty = Files.writeString(folder.resolve("empty.jsonl"), "");
        Path oneSided = Files.writeString(folder.resolve("queries.jsonl"), "{\"query\": \"q\"}\n");
        Path gap = Files.writeString(folder.resolve("gap.jsonl"), "{\"text\": \"one\"}\n{\"title\": \"two\"}\n");
        Path blank = Files.writeString(folder.resolve("blank.tsv"), "query\tdocument\nq\td\nq2\t \n");
        for (String verb : List.of("generate", "mine")) {
            cli.run(verb, "--data", empty, "--out", out).refused(Lab.FAILED, "empty.jsonl is empty");
            cli.run(verb, "--data", folder.resolve("absent.jsonl"), "--out", out).refused(Lab.FAILED, "absent.jsonl");
            cli.run(verb, "--data", oneSided, "--out", out).refused(Lab.FAILED, "queries.jsonl is one-sided: it has queries but no documents");
            cli.run(verb, "--data", gap, "--out", out).refused(Lab.FAILED, "gap.jsonl:2", "\"text\" is missing");
            cli.run(verb, "--data", blank, "--out", out).refused(Lab.FAILED, "blank.tsv:3", "document is empty");
        }
        cli.run("mine", "--model", Cli.fixture("static-mean"), "--data", good, "--corpus", empty, "--out", out)
                .refused(Lab.FAILED, "empty.jsonl");
        cli.run("mine", "--model", Cli.fixture("static-mean"), "--data", good, "--veto", folder.resolve("no-model"), "--out", out)
                .refused(Lab.FAILED, "no-model");
        cli.run("mine", "--model", Cli.fixture("static-mean"), "--data", good, "--negatives", "0", "--out", out)
                .refused(Lab.WRONG_USE, "negatives of each query are 0");
        cli.run("mine", "--model", Cli.fixture("static-mean"), "--data", good, "--out", out)
                .refused(Lab.FAILED, "none of 2 rows gets 1 negatives from ranks 10 to 100 of 2 documents");
        cli.run("generate", "--data", documents, "--augment", "synonyms", "--synonyms", folder.resolve("absent.txt"), "--out", out)
                .refused(Lab.FAILED, "absent.txt");
        Path alone = Files.writeString(folder.resolve("alone.txt"), "car, automobile\nalone\n");
        cli.run("generate", "--data", documents, "--augment", "synonyms", "--synonyms", alone, "--out", out)
                .refused(Lab.FAILED, "line 2 of the synonyms is \"alone\"");
        assertThat(Cli.names(folder)).noneMatch(name -> name.startsWith("out") || name.startsWith(".out"));
    }

    @Test
    @DisplayName("Wrong use is one line with exit 2, bad data one line with exit 1, and no file is left")
    void refused() throws IOException {
        Path out = folder.resolve("out.jsonl");
        cli.run("generate", "--data", documents, "--out", out, "--generators", "poems")
                .refused(Lab.WRONG_USE, "the generator \"poems\" is not known", "inverse-cloze");
        cli.run("generate", "--data", documents, "--out", out, "--augment", "synonyms")
                .refused(Lab.WRONG_USE, "synonyms with --synonyms FILE");
        cli.run("generate", "--data", documents, "--out", folder.resolve("out.txt"))
                .refused(Lab.WRONG_USE, "end its name in .jsonl");
        cli.run("generate", "--data", documents, "--out", documents).refused(Lab.WRONG_USE, "is one of the files to read");
        cli.run("generate", "--data", documents, "--out", out, "--copies", 2).refused(Lab.WRONG_USE, "--copies is given", "--augment");
        cli.run("generate", "--data", documents, "--out", out, "--least-words", 0).refused(Lab.WRONG_USE, "0");
        cli.run("generate", "--data", documents, "--out", out, "--config", folder.resolve("absent.yaml")).refused(Lab.WRONG_USE, "absent.yaml");
        cli.run("mine", "--data", documents, "--out", out, "--threads", 0).refused(Lab.WRONG_USE, "--threads is 0");
        cli.run("mine", "--data", documents, "--out", out, "--relative-margin", 7).refused(Lab.WRONG_USE, "7");
        cli.run("mine", "--data", documents, "--out", out, "--ranks", "50-5").refused(Lab.WRONG_USE, "50");
        cli.run("mine", "--data", documents, "--out", out, "--ranks", "ten").refused(Lab.WRONG_USE, "--ranks is \"ten\"");
        cli.run("mine", "--model", Cli.fixture("static-mean"), "--data", documents, "--out", out)
                .refused(Lab.FAILED, "holds documents");
        Path gap = Files.writeString(folder.resolve("gap.jsonl"), "{\"query\": \"q\", \"document\": \"d\"}\n{\"query\": \"q\"}\n");
        cli.run("mine", "--data", gap, "--out", out).refused(Lab.FAILED, "gap.jsonl:2", "\"document\" is missing");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.contains("out")).toList())
                    .isEqualTo(List.of());
        }
    }
}
