package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.embeddinglab.api.AuditCause;
import io.github.embeddinglab.api.AuditReport;
import io.github.embeddinglab.api.AuditSpec;
import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.ModelVariant;
import io.github.embeddinglab.api.Npy;
import io.github.embeddinglab.api.Overflow;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.Sampling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Stores of MiniLM's vectors, each with one planted fault: the fault is named, and nothing else. */
@Tag("soak")
class AuditTest {
    private static final String MODEL = "all-MiniLM-L6-v2";
    private static final int SHORT = 40;
    private static final int LONG = 4;
    private static final long SEED = 20;

    @TempDir
    static Path folder = Path.of(".");

    private static EmbeddingLaboratory lab = EmbeddingLaboratory.builder().build();
    private static List<String> titles = List.of();
    private static List<String> texts = List.of();
    private static float[][] right = new float[0][];
    private static final Map<String, Planted> STORES = new LinkedHashMap<>();

    @SuppressWarnings("ArrayRecordComponent")
    private record Planted(AuditCause cause, float[][] vectors) {}

    @BeforeAll
    static void make() throws IOException {
        lab = EmbeddingLaboratory.builder().modelDirectory(folder.resolve("models")).build();
        writeTexts();
        try (Embedder model = lab.models().load(MODEL)) {
            List<String> whole = new ArrayList<>();
            for (int i = 0; i < texts.size(); i++) {
                whole.add(titles.get(i) + " " + texts.get(i));
            }
            right = model.embed(whole).toArrays();
            float[][] cls = variant(ModelVariant.OWN.pooled("cls"), whole, Overflow.TRUNCATE);
            STORES.put("pooled by the first token", new Planted(AuditCause.OTHER_POOLING, units(cls)));
            STORES.put("not normalised", new Planted(
                    AuditCause.NOT_NORMALISED, variant(ModelVariant.OWN, whole, Overflow.TRUNCATE)));
            STORES.put("cut at 128 tokens", new Planted(
                    AuditCause.CUT, units(variant(ModelVariant.OWN.limited(128), whole, Overflow.TRUNCATE))));
            STORES.put("cut at 512 tokens", new Planted(
                    AuditCause.CUT, units(variant(ModelVariant.OWN.limited(512), whole, Overflow.TRUNCATE))));
            STORES.put("split", new Planted(
                    AuditCause.SPLIT, model.embed(whole, EmbedOptions.defaults().overflow(Overflow.SPLIT)).toArrays()));
            STORES.put("with a prompt", new Planted(
                    AuditCause.PROMPT, model.embed(whole.stream().map("passage: "::concat).toList()).toArrays()));
            STORES.put("without titles", new Planted(AuditCause.TITLE, model.embed(texts).toArrays()));
            // vectors of a pooling that are turned by random signs stand for a model of another space
            float[][] other = turned(units(variant(ModelVariant.OWN.pooled("weightedmean"), whole, Overflow.TRUNCATE)));
            float[][] mixed = right.clone();
            for (int i = 0; i < mixed.length; i += 3) {
                mixed[i] = other[i];
            }
            STORES.put("mixed models", new Planted(AuditCause.MIXED_MODELS, mixed));
            STORES.put("another model", new Planted(AuditCause.OTHER_MODEL, other));
            STORES.put("int8", new Planted(AuditCause.LOSSY_CODES, eightBits(right)));
            STORES.put("one bit", new Planted(AuditCause.LOSSY_CODES, bits(right)));
            List<float[]> shifted = new ArrayList<>(List.of(right));
            Collections.rotate(shifted, 2);
            STORES.put("shifted", new Planted(AuditCause.ROWS_DISPLACED, shifted.toArray(float[][]::new)));
            float[][] old = right.clone();
            for (int i = 0; i < 6; i++) {
                String text = whole.get(i * 5);
                old[i * 5] = model.embed(List.of(text.substring(0, text.length() / 2) + " This part was written anew.")).vector(0);
            }
            STORES.put("stale texts", new Planted(AuditCause.STALE_TEXT, old));
            STORES.put("random", new Planted(AuditCause.UNKNOWN, noise(right)));
            float[][] broken = right.clone();
            broken[3] = new float[right[0].length];
            STORES.put("a row of zeros", new Planted(AuditCause.BROKEN_ROWS, broken));
            STORES.put("first columns", new Planted(AuditCause.OTHER_DIMENSIONS, units(Arrays.stream(right)
                    .map(row -> Arrays.copyOf(row, 128)).toArray(float[][]::new))));
        }
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    /** A dozen of everyday matters; a text says some things of one of them, a long one many things. */
    private static final List<List<String>> MATTERS = Stream.of(
                    "baker bread oven flour dough yeast crust loaf butter kitchen",
                    "sailor harbour anchor rudder storm wave captain lighthouse rope deck",
                    "teacher pupil classroom blackboard lesson homework grammar spelling exam desk",
                    "surgeon hospital nurse scalpel patient wound bandage fever ward medicine",
                    "farmer tractor wheat barn cattle plough harvest meadow fence milk",
                    "banker loan interest account cheque debt vault coin savings mortgage",
                    "astronomer telescope planet orbit comet galaxy star moon eclipse lens",
                    "carpenter plank hammer nail saw workshop varnish hinge chisel cabinet",
                    "violinist orchestra concert melody string bow conductor rehearsal stage audience",
                    "judge court lawyer verdict witness jury trial prison contract appeal",
                    "gardener rose seed soil hedge spade greenhouse tulip compost lawn",
                    "programmer compiler server bug keyboard database network release password laptop")
            .map(words -> List.of(words.split(" ")))
            .toList();
    private static final List<String> SAYINGS = List.of(
            "The %s saw the %s beside the %s.",
            "Nobody had asked for the %s, yet the %s needed a %s.",
            "Every %s costs more than a %s, said the %s.",
            "In winter the %s keeps its %s away from the %s!",
            "Why would a %s, of all things, replace the %s and the %s?",
            "After three years, the %s was sold together with the %s; the %s remained.");

    private static void writeTexts() {
        Random random = new Random(SEED);
        titles = new ArrayList<>();
        texts = new ArrayList<>();
        for (int i = 0; i < SHORT + LONG; i++) {
            List<String> words = MATTERS.get(i % MATTERS.size());
            titles.add("Of " + pick(words, random) + " and " + pick(words, random));
            List<String> sentences = new ArrayList<>();
            for (int k = 0; k < (i < SHORT ? 2 + i % 3 : 42); k++) {
                sentences.add(pick(SAYINGS, random).formatted(pick(words, random), pick(words, random), pick(words, random)));
            }
            texts.add(String.join(" ", sentences));
        }
    }

    private static String pick(List<String> some, Random random) {
        return some.get(random.nextInt(some.size()));
    }

    private static float[][] variant(ModelVariant variant, List<String> whole, Overflow overflow) {
        try (Embedder changed = lab.models().variant(MODEL, variant)) {
            return changed.embed(whole, EmbedOptions.defaults().overflow(overflow)).toArrays();
        }
    }

    private static float[][] units(float[][] rows) {
        float[][] units = new float[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            double squares = 0;
            for (float value : rows[i]) {
                squares += (double) value * value;
            }
            units[i] = new float[rows[i].length];
            for (int j = 0; j < units[i].length; j++) {
                units[i][j] = (float) (rows[i][j] / Math.sqrt(squares));
            }
        }
        return units;
    }

    private static float[][] turned(float[][] rows) {
        Random random = new Random(7);
        List<Integer> columns = new ArrayList<>();
        for (int j = 0; j < rows[0].length; j++) {
            columns.add(j);
        }
        Collections.shuffle(columns, random);
        float[][] turned = new float[rows.length][rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < columns.size(); j++) {
                turned[i][j] = rows[i][columns.get(j)] * (columns.get(j) % 2 == 0 ? 1 : -1);
            }
        }
        return turned;
    }

    private static float[][] eightBits(float[][] rows) {
        float[][] coded = new float[rows.length][rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < rows[i].length; j++) {
                coded[i][j] = Math.round(rows[i][j] * 500) / 500f;
            }
        }
        return coded;
    }

    private static float[][] bits(float[][] rows) {
        float[][] coded = new float[rows.length][rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < rows[i].length; j++) {
                coded[i][j] = rows[i][j] > 0 ? 1 : 0;
            }
        }
        return coded;
    }

    private static float[][] noise(float[][] rows) {
        Random random = new Random(3);
        float[][] noise = new float[rows.length][rows[0].length];
        for (float[] row : noise) {
            for (int j = 0; j < row.length; j++) {
                row[j] = (float) random.nextGaussian();
            }
        }
        return units(noise);
    }

    private static Path documents() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < texts.size(); i++) {
            lines.append(JsonMapper.builder().build().writeValueAsString(
                    Map.of("id", "d" + i, "title", titles.get(i), "text", texts.get(i)))).append('\n');
        }
        return Files.writeString(folder.resolve("docs.jsonl"), lines);
    }

    private static Path vectors(float[][] rows) {
        float[] values = new float[rows.length * rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, values, i * rows[i].length, rows[i].length);
        }
        Path file = folder.resolve("v.npy");
        Npy.write(file, values, rows.length, rows[0].length);
        return file;
    }

    private static AuditReport audit(float[][] rows) throws IOException {
        return lab.benchmarks().audit(
                AuditSpec.of(documents(), vectors(rows)),
                MODEL,
                EvaluationOptions.defaults().sampling(Sampling.defaults().withResamples(200)));
    }

    @Test
    void aCleanStoreHasNoFinding() throws IOException {
        AuditReport report = audit(right);
        assertThat(report.findings()).isEmpty();
        assertThat(report.rows()).isEmpty();
        assertThat(report.texts().truncated()).isPositive();
        assertThat(report.texts().lostTokens()).isPositive();
    }

    static Stream<Arguments> stores() {
        return STORES.entrySet().stream().map(entry -> Arguments.of(entry.getKey(), entry.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("stores")
    void thePlantedFaultIsNamedAndNothingElse(String name, Planted planted) throws IOException {
        AuditReport report = audit(planted.vectors());
        assertThat(report.findings())
                .as("%s: %s, rows %s", name, report.findings(), report.rows().stream().limit(5).toList())
                .extracting(AuditReport.Finding::cause)
                .containsExactly(planted.cause());
    }

    @Test
    void aMissingPromptIsNamed() throws IOException {
        Path prompted = Cli.copy(Cli.fixture("bert-cls-prompts"), folder.resolve("prompted"));
        Files.writeString(
                prompted.resolve("config_sentence_transformers.json"),
                "{\"prompts\": {\"query\": \"query: \", \"document\": \"passage: \"}, \"default_prompt_name\": null, \"similarity_fn_name\": \"cosine\"}");
        List<String> sentences = texts.stream().map(text -> text.substring(0, Math.min(80, text.length()))).toList();
        StringBuilder lines = new StringBuilder();
        float[][] bare;
        float[][] asDocuments;
        try (Embedder model = lab.models().load(prompted.toString())) {
            bare = model.embed(sentences).toArrays();
            asDocuments = model.embed(sentences, EmbedOptions.defaults().role(Role.DOCUMENT)).toArrays();
        }
        for (int i = 0; i < sentences.size(); i++) {
            lines.append(JsonMapper.builder().build().writeValueAsString(Map.of("id", "s" + i, "text", sentences.get(i)))).append('\n');
        }
        Path file = Files.writeString(folder.resolve("sentences.jsonl"), lines);
        assertThat(lab.benchmarks().audit(AuditSpec.of(file, vectors(asDocuments)), prompted.toString(), EvaluationOptions.defaults()).findings())
                .isEmpty();
        assertThat(lab.benchmarks().audit(AuditSpec.of(file, vectors(bare)), prompted.toString(), EvaluationOptions.defaults()).findings())
                .extracting(AuditReport.Finding::cause)
                .containsExactly(AuditCause.PROMPT);
    }

    @Test
    void mendingHasAWorth() throws IOException {
        StringBuilder queries = new StringBuilder();
        StringBuilder judgements = new StringBuilder("query-id\tcorpus-id\tscore\n");
        for (int i = 0; i < SHORT; i++) {
            String text = texts.get(i);
            queries.append(JsonMapper.builder().build().writeValueAsString(
                    Map.of("_id", "q" + i, "text", text.substring(0, text.length() / 2)))).append('\n');
            judgements.append("q").append(i).append("\td").append(i).append("\t1\n");
        }
        float[][] half = right.clone();
        float[][] noise = noise(right);
        for (int i = 0; i < half.length; i += 2) {
            half[i] = noise[i];
        }
        JsonNode json = new Cli(folder.resolve("models")).run(
                        "audit", "--docs", documents(), "--vectors", vectors(half), "--model", MODEL,
                        "--queries", Files.writeString(folder.resolve("q.jsonl"), queries),
                        "--judgements", Files.writeString(folder.resolve("j.tsv"), judgements), "--resamples", 500, "--json")
                .done().json();
        JsonNode worth = json.path("findings").path(0).path("worth");
        assertThat(worth.path("change").path("low").doubleValue()).as(json.toString()).isGreaterThan(0.2);
        assertThat(worth.path("shown").booleanValue()).isTrue();
        assertThat(json.path("scores").path("ndcg@10").path("value").doubleValue()).isEqualTo(worth.path("first").doubleValue());
    }
}
