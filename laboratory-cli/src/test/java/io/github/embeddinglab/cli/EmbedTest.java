package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.embeddinglab.api.CodeRanges;
import io.github.embeddinglab.api.Codec;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.EncodedEmbeddings;
import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.Npy;
import io.github.embeddinglab.core.encoding.Encoding;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code lab embed} against the reference's vectors. */
@Tag("integration")
@Tag("jdk")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmbedTest {
    private static final double SAME = 0.99999;
    private static final int WIDTH = 384;

    @TempDir
    private static Path shared = Path.of(".");

    private Cli cli = new Cli(shared);
    private JsonNode expected = JsonMapper.builder().build().createObjectNode();
    private final List<String> texts = new ArrayList<>();

    @BeforeAll
    void readOracle() {
        cli = new Cli(shared.resolve("models"));
        JsonNode root = Cli.fixtureJson("jar-models.json");
        expected = root.get("models").get("all-MiniLM-L6-v2");
        root.get("texts").forEach(text -> texts.add(text.textValue()));
    }

    private Path jsonLines(String name) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (String text : texts) {
            lines.append(JsonMapper.builder().build().createObjectNode().put("text", text)).append('\n');
        }
        return write(name, lines.toString());
    }

    private Path write(String name, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        Path file = shared.resolve(name);
        if (name.endsWith(".gz")) {
            try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
                out.write(bytes);
            }
            return file;
        }
        return Files.write(file, bytes);
    }

    private void assertReference(Path file, JsonNode rows) {
        Npy.Matrix matrix = Npy.read(file);
        assertThat(matrix.rows()).isEqualTo(rows.size());
        assertThat(matrix.columns()).isEqualTo(rows.get(0).size());
        for (int row = 0; row < rows.size(); row++) {
            assertThat(Cli.cosine(matrix.values(), row, rows.get(row))).as("text %d", row).isGreaterThanOrEqualTo(SAME);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"texts.jsonl", "texts.jsonl.gz"})
    void jsonReportAndVectorsOfTheDefaultModel(String name) throws IOException {
        Path out = shared.resolve(name + ".npy");
        JsonNode report = cli.run("embed", "--in", jsonLines(name), "--out", out, "--json").done().json();

        List<String> keys = new ArrayList<>();
        report.fieldNames().forEachRemaining(keys::add);
        assertThat(keys).containsExactly(
                "model", "fingerprint", "count", "dimensions", "seconds", "texts_per_second", "tokens", "truncated");
        assertThat(report.get("model").textValue()).isEqualTo("all-MiniLM-L6-v2");
        assertThat(report.get("fingerprint").textValue()).matches("[0-9a-f]{64}");
        assertThat(report.get("count").intValue()).isEqualTo(texts.size());
        assertThat(report.get("dimensions").intValue()).isEqualTo(WIDTH);
        assertThat(report.get("seconds").doubleValue()).isPositive();
        assertThat(report.get("texts_per_second").doubleValue()).isPositive();
        int tokens = 0;
        List<Integer> full = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            int size = expected.get("input_ids").get(i).size();
            tokens += size;
            if (size == expected.get("limit").intValue()) {
                full.add(i);
            }
        }
        assertThat(report.get("tokens").intValue()).isEqualTo(tokens);
        assertThat(report.get("truncated")).isNotEmpty();
        report.get("truncated").forEach(cut -> {
            List<String> names = new ArrayList<>();
            cut.fieldNames().forEachRemaining(names::add);
            assertThat(names).containsExactly("index", "tokens", "kept");
            assertThat(full).contains(cut.get("index").intValue());
            assertThat(cut.get("kept").intValue()).isEqualTo(expected.get("limit").intValue());
            assertThat(cut.get("tokens").intValue()).isGreaterThan(cut.get("kept").intValue());
        });
        assertReference(out, expected.get("embeddings"));
    }

    @Test
    void textFileGzippedAndStandardInputGiveTheSameRows() throws IOException {
        String lines = "How do I rotate a key?\r\n\nzwei W\u00f6rter";
        Path plain = shared.resolve("a.npy");
        Path zipped = shared.resolve("b.npy");
        Path piped = shared.resolve("c.npy");
        cli.run("embed", "--in", write("a.txt", "\uFEFF" + lines), "--out", plain, "--json").done();
        cli.run("embed", "--in", write("b.txt.gz", lines + "\n"), "--out", zipped, "--threads", 1).done();
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
            cli.run("embed", "--in", "-", "--out", piped).done();
        } finally {
            System.setIn(before);
        }
        assertThat(Npy.read(plain).rows()).isEqualTo(3);
        assertThat(Files.readAllBytes(zipped)).isEqualTo(Files.readAllBytes(plain));
        assertThat(Files.readAllBytes(piped)).isEqualTo(Files.readAllBytes(plain));
    }

    @Test
    void noTextsGiveAMatrixWithoutRows() throws IOException {
        Path out = shared.resolve("none.npy");
        JsonNode report = cli.run("embed", "--in", write("none.txt", ""), "--out", out, "--json").done().json();
        assertThat(report.get("count").intValue()).isZero();
        assertThat(Npy.read(out).rows()).isZero();
        assertThat(Npy.read(out).columns()).isEqualTo(WIDTH);
    }

    @Test
    void rolesOfAFixtureFolder() throws IOException {
        Path folder = Cli.fixture("bert-cls-prompts");
        JsonNode oracle = Cli.fixtureJson("models/bert-cls-prompts/expected.json");
        StringBuilder all = new StringBuilder();
        for (JsonNode text : oracle.get("texts")) {
            all.append(JsonMapper.builder().build().createObjectNode().put("text", text.textValue())).append('\n');
        }
        Path in = write("prompts.jsonl", all.toString());
        Path none = shared.resolve("none-role.npy");
        cli.run("embed", "--model", folder, "--in", in, "--out", none).done();
        assertReference(none, oracle.get("embeddings"));
        for (String role : List.of("query", "passage")) {
            JsonNode rows = oracle.get("embeddings_prompt_" + role);
            String first = all.toString().lines().limit(rows.size()).reduce("", (a, b) -> a + b + "\n");
            Path out = shared.resolve(role + ".npy");
            cli.run("embed", "--model", folder, "--role", role, "--in", write(role + ".jsonl", first), "--out", out).done();
            assertReference(out, rows);
        }
        cli.run("embed", "--model", folder, "--role", "title", "--in", in, "--out", shared.resolve("title.npy"))
                .refused(Lab.FAILED, "no prompt \"title\"", "query");
    }

    @Test
    void dimensionsAreCutAndNormalisedAgain() throws IOException {
        Path out = shared.resolve("short.npy");
        JsonNode report = cli.run("embed", "--in", jsonLines("short.jsonl"), "--out", out, "--dimensions", 64, "--json").done().json();
        assertThat(report.get("dimensions").intValue()).isEqualTo(64);
        Npy.Matrix matrix = Npy.read(out);
        assertThat(matrix.columns()).isEqualTo(64);
        for (int row = 0; row < matrix.rows(); row++) {
            double dot = 0;
            double cut = 0;
            double norm = 0;
            for (int i = 0; i < 64; i++) {
                double x = matrix.values()[row * 64 + i];
                double y = expected.get("embeddings").get(row).get(i).doubleValue();
                dot += x * y;
                cut += y * y;
                norm += x * x;
            }
            assertThat(norm).isBetween(0.9999, 1.0001);
            assertThat(dot / Math.sqrt(cut * norm)).isGreaterThan(SAME);
        }
        cli.run("embed", "--in", jsonLines("short.jsonl"), "--out", shared.resolve("wide.npy"), "--dimensions", 385)
                .refused(Lab.FAILED, "dimensions is 385", "384");
    }

    /** Codes of the vectors' first 48 dimensions; the formulas themselves are checked against NumPy in core. */
    @Test
    void codecsAreAskedForByNameAndSayWhatTheyCost() throws IOException {
        Path in = jsonLines("codes.jsonl");
        Path floats = shared.resolve("codes-float.npy");
        Path bytes = shared.resolve("codes-int8.npy");
        Path bits = shared.resolve("codes-bits.npy");
        cli.run("embed", "--in", in, "--out", floats, "--dimensions", 48).done();
        JsonNode report = cli.run("embed", "--in", in, "--out", bytes, "--dimensions", 48, "--codec", "int8", "--json").done().json();
        JsonNode encoding = report.get("encoding");
        assertThat(encoding.get("codec").textValue()).isEqualTo("int8");
        assertThat(encoding.get("bytes_per_vector").intValue()).isEqualTo(48);
        assertThat(encoding.get("mean_cosine").doubleValue()).isBetween(0.999, 1.0);
        assertThat(encoding.get("recall").doubleValue()).isBetween(0.8, 1.0);
        assertThat(encoding.get("sample").intValue()).isEqualTo(texts.size());
        Path ranges = Path.of(encoding.get("ranges").textValue());
        assertThat(ranges).isEqualTo(shared.resolve("codes-int8.ranges.npy"));

        Embeddings exact = Embeddings.readNpy(floats, new Fingerprint(report.get("fingerprint").textValue()));
        EncodedEmbeddings codes = Encoding.encode(exact, Codec.int8());
        Path again = shared.resolve("codes-again.npy");
        codes.writeNpy(again);
        assertThat(Files.readAllBytes(bytes)).isEqualTo(Files.readAllBytes(again));
        assertThat(CodeRanges.readNpy(ranges)).isEqualTo(codes.ranges().orElseThrow());

        Cli.Result said = cli.run("embed", "--in", in, "--out", bits, "--dimensions", 48, "--codec", "binary").done();
        assertThat(said.err()).contains("binary: 6 bytes a vector instead of 192, mean cosine 0.", "nearest kept without rescoring");
        Encoding.encode(exact, Codec.binary()).writeNpy(again);
        assertThat(Files.readAllBytes(bits)).isEqualTo(Files.readAllBytes(again));

        // queries by the documents' ranges: the same codes as within the whole
        Path one = shared.resolve("codes-one.npy");
        cli.run("embed", "--in", write("codes-one.txt", texts.get(0)), "--out", one, "--dimensions", 48, "--codec", "int8", "--ranges", ranges)
                .done();
        byte[] file = Files.readAllBytes(one);
        assertThat(Arrays.copyOfRange(file, file.length - 48, file.length)).isEqualTo(codes.code(0));
    }

    @Test
    void wrongCodecsAndRangesAreRefused() throws IOException {
        Path in = write("codec.txt", "one text");
        Path out = shared.resolve("codec.npy");
        cli.run("embed", "--in", in, "--out", out, "--codec", "int4").refused(Lab.WRONG_USE, "--codec is \"int4\"", "binary");
        cli.run("embed", "--in", in, "--out", out, "--codec", "binary", "--ranges", in).refused(Lab.WRONG_USE, "--ranges", "binary");
        Path ranges = shared.resolve("codec.ranges.npy");
        CodeRanges.of(new float[3], new float[] {1, 1, 1}).writeNpy(ranges);
        cli.run("embed", "--in", in, "--out", out, "--codec", "int8", "--ranges", ranges)
                .refused(Lab.FAILED, "ranges have 3 dimensions", "384");
        cli.run("embed", "--in", write("codec-none.txt", ""), "--out", out, "--codec", "int8")
                .refused(Lab.FAILED, "no vectors to take the ranges");
        assertThat(out).doesNotExist();
        assertThat(Cli.names(shared)).noneMatch(name -> name.endsWith(".part"));
    }

    @Test
    void overflowPolicies() throws IOException {
        Path in = write("long.txt", "short\n" + "a long text of many words ".repeat(100) + "\n");
        Path cut = shared.resolve("cut.npy");
        Path split = shared.resolve("split.npy");
        JsonNode report = cli.run("embed", "--in", in, "--out", cut, "--overflow", "truncate", "--json").done().json();
        assertThat(report.get("truncated")).hasSize(1);
        assertThat(report.get("truncated").get(0).get("index").intValue()).isEqualTo(1);
        Cli.Result said = cli.run("embed", "--in", in, "--out", cut).done();
        assertThat(said.err()).contains("1 texts were cut").contains("--overflow split");
        report = cli.run("embed", "--in", in, "--out", split, "--overflow", "split", "--json").done().json();
        assertThat(report.get("truncated")).isEmpty();
        assertThat(Files.readAllBytes(split)).isNotEqualTo(Files.readAllBytes(cut));
        Path refused = shared.resolve("refused.npy");
        cli.run("embed", "--in", in, "--out", refused, "--overflow", "fail").refused(Lab.FAILED, "text 1", "256");
        assertThat(refused).doesNotExist();
    }

    @Test
    void settingsOfAFileStayBesideTheOptions() throws IOException {
        Path yaml = write("limits.yaml", "models: { directory: '" + shared.resolve("models") + "' }\n"
                + "optimization: { max_sequence_length: 8, batch_size: 2 }\n");
        Path out = shared.resolve("limited.npy");
        JsonNode report = Cli.plain("embed", "--config", yaml.toString(), "--in", write("words.txt", "one two three four five six seven eight\n").toString(),
                        "--out", out.toString(), "--threads", "2", "--json")
                .done()
                .json();
        assertThat(report.get("truncated").get(0).get("kept").intValue()).isEqualTo(8);
    }

    @Test
    void theBlockOfTheDocumentationIsAConfiguration() throws IOException {
        Path yaml = write("laboratory.yaml", """
                embedder:
                  type: "laboratory"
                  default_model: "sentence-transformers/all-MiniLM-L6-v2"
                  models:       { enabled: ["minilm", "mpnet", "custom-technical"], cache_size: 5 }
                  finetuning:   { batch_size: 32, learning_rate: 2e-5, warmup_steps: 500, evaluation_steps: 100 }
                  compression:  { quantization: "int8", dimension_reduction: 384, compression_target: 0.25 }
                  optimization: { use_onnx: true, batch_size: 128, max_sequence_length: 512 }
                  storage:      { index_type: "hnsw", ef_construction: 200, m: 16 }
                """);
        Path out = shared.resolve("configured.npy");
        cli.run("embed", "--config", yaml, "--in", write("one.txt", texts.get(0)), "--out", out).done();
        cli.run("embed", "--config", yaml, "--model", "bge-small-en-v1.5", "--in", write("one.txt", texts.get(0)), "--out", out)
                .refused(Lab.FAILED, "bge-small-en-v1.5", "models.enabled");
        JsonNode doctor = cli.run("doctor", "--config", yaml, "--json").done().json();
        assertThat(doctor.get("problems").toString()).contains("model mpnet has no weights here", "custom-technical").doesNotContain("model minilm");
        assertThat(doctor.get("facts").get("model directory").textValue()).startsWith(shared.resolve("models").toString());
    }
}
