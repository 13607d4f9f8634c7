package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with the files of an audit is one line that says where, or a finding or note that counts it. */
@Tag("integration")
class AuditInputTest {
    private static final int ROWS = 24;

    @TempDir
    private Path folder = Path.of(".");

    private Path model = folder;
    private Cli cli = new Cli(folder);
    private float[] right = new float[0];
    private int columns;
    private List<String> lines = List.of();

    @BeforeEach
    void places() throws IOException {
        model = Cli.copy(Cli.fixture("bert-mean"), folder.resolve("model"));
        cli = new Cli(folder.resolve("models"));
        List<String> texts = new ArrayList<>();
        lines = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            texts.add("the " + (i * 7 % 11) + " keys of house " + i);
            lines.add("{\"id\": \"d" + i + "\", \"text\": \"" + texts.get(i) + "\"}");
        }
        try (EmbeddingLaboratory lab = EmbeddingLaboratory.builder().modelDirectory(folder.resolve("models")).build();
                Embedder embedder = lab.models().load(model.toString())) {
            columns = embedder.dimensions();
            right = embedder.embed(texts).toArray();
        }
    }

    private Path documents() throws IOException {
        return Files.writeString(folder.resolve("docs.jsonl"), String.join("\n", lines) + "\n");
    }

    private Path vectors(float[] values, int rows) {
        Npy.write(folder.resolve("v.npy"), values, rows, columns);
        return folder.resolve("v.npy");
    }

    private Path vectors() {
        return vectors(right, ROWS);
    }

    private Cli.Result audit(Path documents, Path vectors, Object... more) {
        List<Object> all = new ArrayList<>(List.of("audit", "--docs", documents, "--vectors", vectors, "--model", model));
        all.addAll(List.of(more));
        return cli.run(all.toArray());
    }

    private static List<String> causes(JsonNode report) {
        return StreamSupport.stream(report.path("findings").spliterator(), false)
                .map(finding -> finding.path("cause").textValue())
                .toList();
    }

    private JsonNode report(Path documents, Path vectors, Object... more) {
        Object[] all = Arrays.copyOf(more, more.length + 1);
        all[more.length] = "--json";
        return audit(documents, vectors, all).done().json();
    }

    @Test
    void aCleanStoreOfATinyModel() throws IOException {
        assertThat(causes(report(documents(), vectors()))).isEmpty();
    }

    @Test
    void whatIsNoMatrix() throws IOException {
        audit(documents(), Files.writeString(folder.resolve("v.npy"), "0.1 0.2\n")).refused(1, "v.npy", ".npy");
        audit(documents(), folder.resolve("none.npy")).refused(1, "none.npy");
        byte[] cut = Files.readAllBytes(vectors());
        audit(documents(), Files.write(folder.resolve("v.npy"), Arrays.copyOf(cut, cut.length - 8))).refused(1, "v.npy", "cut");
        audit(documents(), vectors(new float[0], 0)).refused(1, "v.npy", "0 rows");
    }

    @Test
    void whatIsNoDocument() throws IOException {
        lines.set(4, "{\"id\": \"d4\", \"text\": ");
        audit(documents(), vectors()).refused(1, "docs.jsonl:5");
        lines.set(4, "{\"id\": \"d4\", \"body\": \"text\"}");
        audit(documents(), vectors()).refused(1, "docs.jsonl:5", "text");
        lines.set(4, "{\"text\": \"no id\"}");
        audit(documents(), vectors()).refused(1, "docs.jsonl:5", "id");
        audit(Files.writeString(folder.resolve("docs.jsonl"), ""), vectors()).refused(1, "docs.jsonl");
        audit(folder.resolve("none.jsonl"), vectors()).refused(1, "none.jsonl");
    }

    @Test
    void wrongUse() throws IOException {
        audit(documents(), vectors(), "--sample", 3).refused(2, "--sample", "3", "16");
        audit(documents(), vectors(), "--queries", documents()).refused(2, "--judgements");
    }

    @Test
    void rowsThatAreNoVectorsAreCounted() throws IOException {
        float[] values = right.clone();
        values[3 * columns] = Float.NaN;
        values[5 * columns + 1] = Float.POSITIVE_INFINITY;
        Arrays.fill(values, 7 * columns, 8 * columns, 0);
        JsonNode report = report(documents(), vectors(values, ROWS));
        assertThat(causes(report)).containsExactly("broken_rows");
        assertThat(report.path("findings").path(0).path("detail").textValue()).contains("2 rows with NaN", "1 rows of zeros", "row 3");
        assertThat(report.path("findings").path(0).path("share").doubleValue()).isEqualTo(3.0 / ROWS);

        Arrays.fill(values, Float.NaN);
        JsonNode none = report(documents(), vectors(values, ROWS));
        assertThat(causes(none)).containsExactly("broken_rows");
        assertThat(none.path("sampled").intValue()).isZero();
    }

    @Test
    void anotherNumberOfRowsIsAFinding() throws IOException {
        assertThat(causes(report(documents(), vectors(Arrays.copyOf(right, 20 * columns), 20)))).containsExactly("row_count");
    }

    @Test
    void idsThatRepeatAreCounted() throws IOException {
        lines.set(9, lines.get(9).replace("d9", "d8"));
        JsonNode report = report(documents(), vectors());
        assertThat(causes(report)).containsExactly("duplicate_ids");
        assertThat(report.path("findings").path(0).path("detail").textValue()).contains("id d8 in rows 8 and 9");
    }

    @Test
    void judgementsOfUnknownIdsAreCounted() throws IOException {
        Path queries = Files.writeString(folder.resolve("q.jsonl"), "{\"_id\": \"q1\", \"text\": \"keys of house 3\"}\n");
        Path judgements = Files.writeString(folder.resolve("j.tsv"), "query-id\tcorpus-id\tscore\nq1\td3\t1\nq1\tx\t1\nq9\td3\t1\n");
        JsonNode report = report(documents(), vectors(), "--queries", queries, "--judgements", judgements, "--resamples", 100);
        assertThat(report.path("notes").toString()).contains("1 judged queries are not among the queries", "1 judgements name a document");
        assertThat(report.path("scores").has("ndcg@10")).isTrue();

        Files.writeString(judgements, "query-id\tcorpus-id\tscore\nq9\td3\t1\n");
        audit(documents(), vectors(), "--queries", queries, "--judgements", judgements).refused(1, "j.tsv", "0 judged queries");
        Files.writeString(judgements, "query-id\tcorpus-id\tscore\nq1\td3\n");
        audit(documents(), vectors(), "--queries", queries, "--judgements", judgements).refused(1, "j.tsv:2");
        Files.writeString(judgements, "query-id\tcorpus-id\tscore\nq1\td3\tmuch\n");
        audit(documents(), vectors(), "--queries", queries, "--judgements", judgements).refused(1, "j.tsv:2");
    }
}
