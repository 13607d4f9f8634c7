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
    @DisplayName("Wrong use is one line with exit 2, bad data one line with exit 1, and no file is left")
    void refused() throws IOException {
        Path out = folder.resolve("out.jsonl");
        cli.run("generate", "--data", documents, "--out", out, "--generators", "poems")
                .refused(Lab.WRONG_USE, "the generator \"poems\" is not known", "inverse-cloze");
        cli.run("generate", "--data", documents, "--out", out, "--augment", "synonyms")
                .refused(Lab.WRONG_USE, "synonyms with --synonyms FILE");
        cli.run("generate", "--data", documents, "--out", folder.resolve("out.txt"))
                .refused(Lab.FAILED, "end its name in .jsonl");
        cli.run("generate", "--data", documents, "--out", documents).refused(Lab.FAILED, "--data and --out are both");
        cli.run("mine", "--data", documents, "--out", out, "--ranks", "ten").refused(Lab.WRONG_USE, "--ranks is \"ten\"");
        cli.run("mine", "--model", Cli.fixture("static-mean"), "--data", documents, "--out", out)
                .refused(Lab.FAILED, "holds DOCUMENTS");
        Path gap = Files.writeString(folder.resolve("gap.jsonl"), "{\"query\": \"q\", \"document\": \"d\"}\n{\"query\": \"q\"}\n");
        cli.run("mine", "--data", gap, "--out", out).refused(Lab.FAILED, "gap.jsonl:2", "\"document\" is missing");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.contains("out")).toList())
                    .isEqualTo(List.of());
        }
    }
}
