package io.github.embeddinglab.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.BenchmarkPlan;
import io.github.embeddinglab.api.BenchmarkReport;
import io.github.embeddinglab.api.Comparison;
import io.github.embeddinglab.api.ConfigurationException;
import io.github.embeddinglab.api.Effort;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Promise;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Suite;
import io.github.embeddinglab.evaluation.report.SuiteReport;
import io.github.embeddinglab.testkit.FakeLaboratoryProvider;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** All suites through the front, and every form of the report. */
@Tag("integration")
class BenchmarkRunTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder = Path.of(".");

    private final List<String> notes = new ArrayList<>();
    private final EmbeddingLaboratory laboratory = EmbeddingLaboratory.builder()
            .provider(new FakeLaboratoryProvider())
            .room(new FakeModels())
            .build();
    private Path catalogue = Path.of("");

    @BeforeEach
    void write() throws IOException {
        StringBuilder pairs = new StringBuilder("score\tsentence1\tsentence2\n");
        String[] words = {"index", "segment", "merge", "query", "vector", "matrix", "solver", "string"};
        StringBuilder corpus = new StringBuilder();
        StringBuilder queries = new StringBuilder();
        StringBuilder judgements = new StringBuilder("query-id\tcorpus-id\tscore\n");
        for (int i = 0; i < 64; i++) {
            String text = words[i % 8] + " " + words[i / 8] + " number " + i;
            pairs.append(i % 4).append('\t').append(text).append('\t').append(words[(i + i % 4) % 8]).append(" other\n");
            corpus.append("{\"_id\": \"d").append(i).append("\", \"title\": \"\", \"text\": \"").append(text).append("\"}\n");
            if (i % 4 == 0) {
                queries.append("{\"_id\": \"q").append(i).append("\", \"text\": \"").append(text).append(" asked\"}\n");
                judgements.append('q').append(i).append("\td").append(i).append("\t1\n");
            }
        }
        Files.writeString(folder.resolve("pairs.tsv"), pairs);
        Path set = Files.createDirectory(folder.resolve("set"));
        Files.writeString(set.resolve("corpus.jsonl"), corpus);
        Files.writeString(set.resolve("queries.jsonl"), queries);
        Files.writeString(set.resolve("qrels.tsv"), judgements);
        catalogue = Files.writeString(
                folder.resolve("catalogue.json"),
                """
                {"version": 1, "entries": [
                  {"name": "sts-en", "task": "sts", "files": ["pairs.tsv"], "score": "cosine_spearman", "set": "sts", "language": "en",
                   "leaderboard": {"task": "Multi", "split": "dev", "subset": "en", "languages": ["eng-Latn"]}},
                  {"name": "sts-de", "task": "sts", "files": ["pairs.tsv"], "score": "cosine_spearman", "set": "sts", "language": "de",
                   "leaderboard": {"task": "Multi", "split": "dev", "subset": "de", "languages": ["deu-Latn"]}},
                  {"name": "search <&> \\"it\\"", "task": "retrieval", "files": ["set"], "score": "ndcg@10"}
                ]}""");
    }

    @AfterEach
    void close() {
        laboratory.close();
    }

    private BenchmarkPlan plan(String... models) {
        return BenchmarkPlan.of(List.of(models))
                .catalogue(catalogue)
                .options(EvaluationOptions.defaults().sampling(Sampling.defaults().withResamples(300)))
                .effort(new Effort(Duration.ZERO, Duration.ofMillis(20), 2, 2))
                .notes(notes::add);
    }

    private BenchmarkReport run(BenchmarkPlan plan) {
        return laboratory.benchmarks().run(plan);
    }

    @Test
    void theTableRanksAndPrices() {
        BenchmarkReport report = run(plan("narrow", "wide").suites(Suite.QUALITY, Suite.SPEED));
        Comparison comparison = report.comparison();
        assertThat(comparison.tasks()).extracting(Comparison.Task::entry).containsExactly("sts-en", "sts-de", "search <&> \"it\"");
        Comparison.Row narrow = comparison.rows().get(0);
        Comparison.Row wide = comparison.rows().get(1);
        assertThat(narrow.standing().against()).isEqualTo(new Comparison.Wins(0, 0, 0));
        assertThat(wide.standing().against().better()).isPositive();
        assertThat(wide.standing().against().better() + wide.standing().against().worse() + wide.standing().against().undecided())
                .isEqualTo(3);
        assertThat(narrow.standing().rank() + wide.standing().rank()).isCloseTo(3, within(1e-9));
        double mean = wide.scores().values().stream().mapToDouble(score -> score.value()).average().orElseThrow();
        assertThat(wide.standing().mean().value()).isCloseTo(mean, within(1e-12));
        assertThat(wide.standing().mean().low()).isLessThan(mean);
        assertThat(wide.cost().bytes()).isEqualTo(1024);
        assertThat(wide.cost().textsPerSecond().value()).isPositive();
        assertThat(comparison.paretoFront()).isNotEmpty().allMatch(row -> comparison.rows().contains(row));
        assertThat(report.promises()).as("only a run of all suites judges the promises").isEmpty();
        assertThat(notes).anyMatch(note -> note.contains("texts, about") && note.contains("million tokens"));
        assertThat(notes).anyMatch(note -> note.matches("sts-de with wide: 128 texts; about .* left"));
    }

    @Test
    void retrievalAloneTakesItsEntriesBesideBm25() throws IOException {
        JsonNode json = JSON.readTree(run(plan("wide").suites(Suite.RETRIEVAL)).toJson());
        assertThat(json.path("results").findValuesAsText("model")).containsExactly("wide", "bm25");
        Files.writeString(catalogue, Files.readString(catalogue).replaceAll("(?s),\\s*\\{\"name\": \"search.*?\\}\n", "\n"));
        assertThatThrownBy(() -> run(plan("wide").suites(Suite.RETRIEVAL)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("no entry for retrieval");
    }

    @Test
    void everythingJudgesTenPromises() throws IOException {
        Path rivals = Files.writeString(folder.resolve("rivals.json"), """
                {"rows": [
                 {"round":1,"set":"short","engine":"laboratory","texts_per_second":300,"peak_rss_mb":400},
                 {"round":1,"set":"short","engine":"langchain4j","texts_per_second":100,"peak_rss_mb":900},
                 {"round":2,"set":"short","engine":"laboratory","texts_per_second":310,"peak_rss_mb":410},
                 {"round":2,"set":"short","engine":"langchain4j","texts_per_second":100,"peak_rss_mb":900}]}""");
        BenchmarkReport report = run(plan("narrow", "wide").rivals(rivals));
        assertThat(report.promises()).hasSize(10);
        Map<String, Promise> byName = new HashMap<>();
        report.promises().forEach(promise -> byName.put(promise.name(), promise));
        Promise inference = Objects.requireNonNull(byName.get("inference"));
        assertThat(inference.finding().verdict()).isEqualTo(Promise.Verdict.MET);
        assertThat(inference.finding().value().value()).isCloseTo(3.05, within(1e-9));
        assertThat(Objects.requireNonNull(byName.get("memory")).finding().value().value()).isCloseTo(0.55, within(1e-9));
        // the two languages are the same texts, so nothing is lost between them
        Promise languages = Objects.requireNonNull(byName.get("cross-lingual"));
        assertThat(languages.finding().value().value()).isCloseTo(1, within(1e-12));
        assertThat(Objects.requireNonNull(byName.get("fine-tuning gain")).finding())
                .matches(finding -> finding.verdict() == Promise.Verdict.NOT_MEASURABLE_YET)
                .matches(finding -> finding.note().contains("laboratory-training"));
        Promise quality = Objects.requireNonNull(byName.get("embedding quality"));
        double first = report.comparison().rows().get(0).standing().mean().value();
        double second = report.comparison().rows().get(1).standing().mean().value();
        assertThat(quality.finding().value().value()).isCloseTo(second / first - 1, within(1e-12));
    }

    @Test
    void scoresAreTheSameFromRunToRunAndFromTheCache() {
        Path cache = folder.resolve("cache");
        BenchmarkPlan plain = plan("wide", "narrow");
        BenchmarkPlan cached = plain.options(plain.options().cache(cache));
        String json = run(plain).toJson();
        assertThat(run(cached).toJson()).isEqualTo(json);
        notes.clear();
        assertThat(run(cached).toJson()).isEqualTo(json);
        assertThat(notes).anyMatch(note -> note.contains("100 % of the texts in the cache"));
    }

    @Test
    void everyFormIsWhole() throws IOException, ParserConfigurationException, SAXException {
        BenchmarkReport report = run(plan("narrow", "wide"));
        Path out = folder.resolve("out");
        report.writeTo(out);
        assertThat(report.regressions(out.resolve("report.json"))).isEmpty();
        String html = Files.readString(out.resolve("report.html"));
        assertThat(html).doesNotContain("http:", "https:", "src=", "<script", "@import", "url(", "<link");
        assertThat(html).contains("search &lt;&amp;&gt; &quot;it&quot;").doesNotContain("search <&>");
        Matcher plots = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL).matcher(html);
        int count = 0;
        while (plots.find()) {
            DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(plots.group())));
            assertThat(plots.group()).doesNotContain("NaN", "Infinity");
            count++;
        }
        assertThat(count).isEqualTo(5);
        for (String name : List.of("scores", "pareto", "differences-1", "latency", "throughput")) {
            BufferedImage image = ImageIO.read(out.resolve(name + ".png").toFile());
            assertThat(image.getWidth()).isEqualTo(1800);
            long inked = 0;
            for (int x = 0; x < image.getWidth(); x += 3) {
                for (int y = 0; y < image.getHeight(); y += 3) {
                    inked += image.getRGB(x, y) == 0xFFFFFFFF ? 0 : 1;
                }
            }
            assertThat(inked).as(name + " shows something").isGreaterThan(500);
        }
        assertThat(Files.readString(out.resolve("report.md"))).contains("## The ten promises", "| cross-lingual |", "### wide under load");
    }

    @Test
    void leaderboardFilesHaveItsForm() throws IOException {
        Path out = folder.resolve("out");
        run(plan("wide").suites(Suite.QUALITY)).writeTo(out);
        try (var files = Files.walk(out.resolve("leaderboard"))) {
            List<Path> all = files.filter(Files::isRegularFile).sorted().toList();
            assertThat(all).hasSize(2);
            JsonNode multi = JSON.readTree(all.get(0).toFile());
            assertThat(multi.path("task_name").textValue()).isEqualTo("Multi");
            assertThat(multi.path("mteb_version").isNull()).isTrue();
            assertThat(multi.path("dataset_revision").textValue()).matches("[0-9a-f]{16}");
            JsonNode subsets = multi.path("scores").path("dev");
            assertThat(subsets.findValuesAsText("hf_subset")).containsExactly("en", "de");
            assertThat(subsets.get(1).path("languages").get(0).textValue()).isEqualTo("deu-Latn");
            assertThat(subsets.get(0).path("main_score").doubleValue()).isEqualTo(subsets.get(0).path("cosine_spearman").doubleValue());
            JsonNode search = JSON.readTree(all.get(1).toFile());
            assertThat(search.path("scores").path("test").get(0).path("ndcg_at_10").isNumber()).isTrue();
        }
    }

    @Test
    void theSchemaNamesEveryField() throws IOException {
        BenchmarkReport report = run(plan("narrow", "wide"));
        try (InputStream in = Objects.requireNonNull(SuiteReport.class.getResourceAsStream("benchmark-report.schema.json"))) {
            JsonNode schema = JSON.readTree(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            follow(schema, schema.path("$defs").path("scores"), JSON.readTree(report.toJson()), "scores");
            follow(schema, schema.path("$defs").path("timings"), JSON.readTree(report.timingsJson()), "timings");
        }
    }

    /** Fields are named and required ones are there; what the types are is for a validator to say. */
    private static void follow(JsonNode root, JsonNode given, JsonNode value, String where) {
        JsonNode schema = given.has("$ref") ? root.at(given.path("$ref").textValue().substring(1)) : given;
        if (value.isObject()) {
            schema.path("required").forEach(name -> assertThat(value.has(name.textValue())).as(where + "." + name).isTrue());
            value.properties().forEach(field -> {
                JsonNode of = schema.path("properties").path(field.getKey());
                JsonNode next = of.isMissingNode() ? schema.path("additionalProperties") : of;
                assertThat(next.isObject()).as("the schema names " + where + "." + field.getKey()).isTrue();
                follow(root, next, field.getValue(), where + "." + field.getKey());
            });
        } else if (value.isArray()) {
            value.forEach(item -> follow(root, schema.path("items"), item, where + "[]"));
        }
    }

    @Test
    void wrongPlansAreRefusedBeforeAnyWork() throws IOException {
        assertThatThrownBy(() -> BenchmarkPlan.of(List.of("wide", "wide"))).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> new Effort(Duration.ZERO, Duration.ZERO, 2, 1)).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> run(BenchmarkPlan.of(List.of("wide")).suites(Suite.QUALITY)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("--catalogue");
        Path empty = Files.writeString(folder.resolve("empty.json"), "{}");
        assertThatThrownBy(() -> run(plan("wide").rivals(empty)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("lab benchmark inference");
        assertThatThrownBy(() -> run(plan("wide").suites(Suite.PRODUCTION).probe(List.of("false"))))
                .hasMessageContaining("cold start");
    }
}
