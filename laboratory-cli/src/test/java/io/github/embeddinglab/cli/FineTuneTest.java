package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lab fine-tune} with the tiny static model: a table of token vectors is quick to train. */
@Tag("integration")
class FineTuneTest {
    private static final String[] WORDS = {
        "long", "work", "with", "under", "copy", "term", "covered", "source", "such", "software", "other", "version",
        "program", "code", "your", "form", "mean", "convey", "copyright", "patent", "from", "public", "rights", "works"
    };

    @TempDir
    private Path folder = Path.of(".");

    private Cli cli = new Cli(Path.of("."));
    private Path model = Path.of(".");
    private Path pairs = Path.of(".");

    @BeforeEach
    void write() throws IOException {
        cli = new Cli(folder.resolve("models"));
        model = Cli.fixture("static-mean");
        StringBuilder rows = new StringBuilder();
        int half = WORDS.length / 2;
        for (int a = 0; a < half; a++) {
            for (int b = 0; b < half; b++) {
                rows.append("{\"question\": \"").append(WORDS[a]).append(' ').append(WORDS[b]).append("\", \"answer\": \"")
                        .append(WORDS[half + a]).append(' ').append(WORDS[half + b]).append("\"}\n");
            }
        }
        pairs = Files.writeString(folder.resolve("pairs.jsonl"), rows);
    }

    private Object[] words(Object... more) {
        return preserving(Stream.concat(Stream.of("--set", "preservation=-1"), Stream.of(more)).toArray());
    }

    private Object[] preserving(Object... more) {
        Object[] first = {
            "fine-tune", "--model", model, "--data", pairs, "--columns", "query=question,document=answer", "--set", "threads=1",
            "--batch-size", 16, "--learning-rate", 0.05, "--seed", 3
        };
        Object[] all = java.util.Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return all;
    }

    @Test
    void theObjectHasTheKeysThatScriptsRead() {
        Path out = folder.resolve("tuned");
        JsonNode json = cli.run(words("--epochs", 3, "--out", out, "--json")).done().json();
        assertThat(json.path("parent").textValue()).isEqualTo(model.toString());
        assertThat(json.path("registered").isBoolean()).isTrue();
        assertThat(json.path("reason").textValue()).contains("ndcg@10");
        assertThat(json.path("steps").intValue()).isPositive();
        assertThat(json.path("seconds").doubleValue()).isPositive();
        for (String part : new String[] {"before", "after"}) {
            JsonNode score = json.path(part).path("ndcg@10");
            assertThat(score.path("low").doubleValue()).isLessThanOrEqualTo(score.path("value").doubleValue());
            assertThat(score.path("high").doubleValue()).isGreaterThanOrEqualTo(score.path("value").doubleValue());
        }
        assertThat(json.path("difference").fieldNames()).toIterable().contains("value", "low", "high", "p");
        assertThat(json.path("smallest_gain_that_could_be_shown").doubleValue()).isPositive();
        assertThat(out.resolve("laboratory-record.json")).exists();
        assertThat(cli.run("models", "verify", out).exit()).isZero();
    }

    @Test
    void thePlanSaysWhatWasChosenAndWhy() {
        Cli.Result plan = cli.run(words("--plan")).done();
        assertThat(plan.out()).contains("strategy auto chose contrastive: the data are pairs").contains("expands to: loss multiple-negatives");
        assertThat(cli.run(words("--loss", "gist", "--set", "loss.margin_kind=relative", "--set", "loss.matryoshka=32,16", "--plan")).done().out())
                .contains("expands to: loss gist{margin_kind=relative, matryoshka=[32.0, 16.0]}");
        assertThat(folder.resolve("models/tuned")).doesNotExist();
    }

    @Test
    void wrongUseIsToldWithTheWayOut() {
        assertThat(cli.run(words("--set", "speed=9")).exit()).isEqualTo(Lab.WRONG_USE);
        assertThat(cli.run(words("--set", "speed=9")).err()).contains("\"speed\" of training is not known; there are epochs, batch_size");
        assertThat(cli.run(words("--strategy", "magic")).err()).contains("there are auto, contrastive");
        assertThat(cli.run(words("--batch-size", 4)).err()).contains("option --batch-size stands there twice; give it once");
        assertThat(cli.run(words("--set", "loss.scale=9")).err()).contains("needs --loss NAME");
        assertThat(cli.run(words("--loss", "gist", "--set", "loss.margin_kind=odd")).err())
                .contains("loss gist has margin_kind odd; it takes one of absolute, relative");
        assertThat(cli.run(words("--loss", "gist", "--set", "loss.speed=1")).err()).contains("it has scale (a number above 0").contains("margin_kind");
        cli.run(words("--loss", "nonsense")).refused(Lab.WRONG_USE, "loss \"nonsense\" is not known; there are angle, ");
        cli.run(words("--loss", "cached-gist", "--set", "loss.scale=0")).refused(Lab.WRONG_USE, "loss gist has scale 0; it takes a number above 0");
        cli.run(words("--inexact")).refused(Lab.WRONG_USE, "--inexact", "--resume is not given");
        cli.run(words("--eval-columns", "score=score")).refused(Lab.WRONG_USE, "--eval-columns", "--eval gives no rows");
        cli.run(words("--eval-task", "sts")).refused(Lab.WRONG_USE, "--eval-task sts", "--eval, which is not given");
        Cli.Result untaught = cli.run(words("--strategy", "distill"));
        assertThat(untaught.exit()).isEqualTo(Lab.FAILED);
        assertThat(untaught.err()).contains("--set teacher=MODEL");
        assertThat(cli.run(words("--loss", "cosent")).err()).contains("cosent does not read pairs; for these there are").contains("gist");
    }

    /** What the user sees last is one line; before it only the plan. Nothing of a model is there. */
    private void refused(Cli.Result result, String... parts) throws IOException {
        assertThat(result.exit()).as(result.err()).isEqualTo(Lab.FAILED);
        List<String> errors = result.err().lines().filter(line -> line.startsWith("error: ")).toList();
        assertThat(errors).as(result.err()).hasSize(1);
        assertThat(errors.get(0)).contains(parts);
        assertThat(result.err().lines().reduce("", (first, second) -> second)).isEqualTo(errors.get(0));
        assertThat(result.err()).doesNotContain("Exception");
        assertThat(result.out()).isEmpty();
        assertThat(folder.resolve("tuned")).doesNotExist();
        assertThat(folder.resolve("models/tuned")).doesNotExist();
        Path training = folder.resolve("models/training");
        assertThat(Files.exists(training) ? Cli.names(training) : List.of()).isEmpty();
    }

    private Cli.Result onFile(String name, String content, Object... more) throws IOException {
        pairs = Files.writeString(folder.resolve(name), content);
        Object[] first = {"fine-tune", "--model", model, "--data", pairs, "--out", folder.resolve("tuned"), "--set", "threads=1"};
        return cli.run(Stream.of(first, more).flatMap(Stream::of).toArray());
    }

    @Test
    void dataThatTeachNothingAreRefusedByFileAndLine() throws IOException {
        Path good = pairs;
        refused(onFile("empty.jsonl", ""), "empty.jsonl is empty", "give a file with data");
        refused(onFile("empty.tsv", "query\tdocument\n"), "empty.tsv", "no row");
        refused(onFile("one.jsonl", "{\"query\": \"a\"}\n{\"query\": \"b\"}\n"),
                "one.jsonl is one-sided: it has queries but no documents", "--columns document=NAME");
        refused(onFile("gap.jsonl", "{\"query\": \"a\", \"document\": \"b\"}\n{\"query\": \"c\"}\n"), "gap.jsonl:2", "\"document\" is missing");
        refused(onFile("blank.tsv", "query\tdocument\na\tb\nc\t \n"), "blank.tsv:3", "document is empty");
        refused(onFile("label.tsv", "label\ttext\n" + "x\ta long text\n".repeat(20)), "label.tsv", "one label only (\"x\")", "at least two labels");
        refused(onFile("noise.jsonl", "not json\n"), "noise.jsonl:1");
        refused(onFile("few.tsv", "query\tdocument\na b\tc d\ne f\tg h\n"), "few.tsv", "2 rows", "give more rows");
        refused(onFile("large.jsonl", Files.readString(good).replace("question", "query").replace("answer", "document"), "--batch-size", 4096),
                "the batch has 4096 rows", "at most as many");
        pairs = folder.resolve("absent.jsonl");
        refused(cli.run(words()), "absent.jsonl");
    }

    @Test
    void scoresThatALossCannotReadAreToldBeforeAnyWork() throws IOException {
        String scores = "sentence1\tsentence2\tscore\n" + "a text\tanother text\t1\n".repeat(9) + "a b\tc d\t2.5\n";
        refused(onFile("scores.tsv", scores, "--loss", "cosine"), "row 10 of scores.tsv has the score 2.5, but loss cosine reads scores from -1 to 1");
        refused(onFile("scores.tsv", scores, "--loss", "contrastive"), "row 10 of scores.tsv", "1 for texts that belong together and 0 for others");
    }

    @Test
    void placesThatCannotServeAreToldBeforeAnyWork() throws IOException {
        Path out = folder.resolve("there");
        Files.createDirectory(out);
        assertThat(cli.run(words("--epochs", 0.2, "--out", out)).done().err()).doesNotContain("error");
        refused(cli.run(words("--out", out)), out.toString(), "is not empty", "absent or empty");
        assertThat(out.resolve("modules.json")).exists();
        refused(cli.run(words("--out", pairs)), pairs.toString(), "no folder that may be written");
        refused(cli.run(words("--out", pairs.resolve("below"))), pairs.toString(), "no folder that may be written");
        Path parent = Cli.copy(Cli.fixture("static-mean"), folder.resolve("parent"));
        model = parent;
        Files.delete(parent.resolve("tokenizer.json"));
        refused(cli.run(words()), parent.toString(), "tokenizer.json");
        model = folder.resolve("nowhere");
        refused(cli.run(words()), "nowhere");
    }

    private void loads(String name) throws IOException {
        Path in = Files.writeString(folder.resolve("in.txt"), "long work\n");
        cli.run("embed", "--model", name, "--in", in, "--out", folder.resolve("out.npy")).done();
    }

    @Test
    void aRefusalIsAResult() throws IOException {
        List<String> lines = Files.readAllLines(pairs);
        StringBuilder shuffled = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            String other = lines.get((i + 71) % lines.size());
            shuffled.append(lines.get(i), 0, lines.get(i).indexOf(", \"answer")).append(other.substring(other.indexOf(", \"answer"))).append('\n');
        }
        Files.writeString(pairs, shuffled);
        Path out = folder.resolve("refused");
        JsonNode json = cli.run(words("--epochs", 1, "--out", out, "--json")).done().json();
        assertThat(json.path("registered").booleanValue()).isFalse();
        assertThat(json.path("registered").isBoolean()).isTrue();
        assertThat(json.path("passed").isBoolean()).isTrue();
        assertThat(json.path("passed").booleanValue()).isFalse();
        assertThat(json.path("name").textValue()).isEqualTo(out.toString());
        assertThat(json.at("/baselines/bm25/ndcg@10").fieldNames()).toIterable().containsExactly("value", "low", "high");
        assertThat(json.at("/data/rows").intValue()).isEqualTo(144);
        assertThat(json.at("/data/parts").fieldNames()).toIterable().containsExactly("training", "selection", "gate");
        loads(json.path("name").textValue());
        Cli.Result text = cli.run(words("--epochs", 1, "--out", folder.resolve("again"))).done();
        assertThat(text.out()).contains(" is not registered: ").contains("load it as " + folder.resolve("again")).contains("bm25");
    }

    @Test
    void anAdaptersNameLoadsIt() throws IOException {
        Object[] adapter = {
            "fine-tune", "--model", model, "--data", pairs, "--columns", "query=question,document=answer", "--strategy", "adapter",
            "--set", "threads=1", "--set", "preservation=-1", "--learning-rate", 0.005, "--batch-size", 32
        };
        JsonNode json = cli.run(Stream.of(adapter, new Object[] {"--json"}).flatMap(Stream::of).toArray()).done().json();
        assertThat(json.path("passed").isBoolean()).isTrue();
        assertThat(json.path("registered").booleanValue()).isFalse();
        assertThat(json.path("name").textValue()).startsWith("adapter=").endsWith(":" + model);
        loads(json.path("name").textValue());
        String text = cli.run(adapter).done().out();
        String name = text.lines().filter(line -> line.startsWith("load it as ")).map(line -> line.substring(11)).findFirst().orElseThrow();
        assertThat(text).doesNotContain(" is registered");
        loads(name);
        assertThat(cli.run(Stream.of(adapter, new Object[] {"--set", "warmup_steps=3"}).flatMap(Stream::of).toArray()).err())
                .contains("strategy adapter with loss multiple-negatives on pairs does not read warmup_steps; leave it out");
    }

    @Test
    void rowsOrATaskJudgeAndAConfigurationIsRead() throws IOException {
        StringBuilder scored = new StringBuilder("score\tsentence1\tsentence2\n");
        for (int i = 0; i < 60; i++) {
            scored.append(i % 5).append('\t').append(WORDS[i % 24]).append(' ').append(WORDS[(i * 7 + 3) % 24]).append(" here\t")
                    .append(WORDS[(i * 5 + 1) % 24]).append(" there\n");
        }
        Path similar = Files.writeString(folder.resolve("similar.tsv"), scored);
        JsonNode rows = cli.run(words("--epochs", 1, "--eval", similar, "--eval-columns", "score=score", "--json")).done().json();
        assertThat(rows.at("/difference/name").textValue()).isEqualTo("cosine_spearman");
        assertThat(rows.at("/data/parts/gate").intValue()).isEqualTo(60);
        Path yaml = Files.writeString(folder.resolve("lab.yaml"),
                "finetuning: { loss: { name: multiple-negatives, scale: 30 }, adapter_rank: 4, evaluation_steps: 7 }\n");
        JsonNode task = cli.run(preserving("--epochs", 1, "--eval", similar, "--eval-task", "sts", "--general", "sts:" + similar,
                "--set", "margin=0.5", "--config", yaml, "--json")).done().json();
        assertThat(task.at("/difference/name").textValue()).isEqualTo("cosine_spearman");
        assertThat(task.at("/general/name").textValue()).isEqualTo("cosine_spearman on similar");
        assertThat(task.at("/general/least").doubleValue()).isCloseTo(task.at("/general/before").doubleValue() - 0.5, within(1e-12));
        assertThat(task.path("notes").toString()).contains("the configuration sets adapter_rank, which strategy contrastive does not read")
                .contains("scale=30");
        JsonNode record = Cli.json(Files.readString(Path.of(task.path("folder").textValue(), "laboratory-record.json")).replace("\n", " "));
        assertThat(record.at("/settings/evaluation_steps").intValue()).isEqualTo(7);
        assertThat(record.at("/settings/loss_settings/scale").doubleValue()).isEqualTo(30);
    }

    @Test
    void aLossThatIsNotFiniteNamesStepAndRows() throws IOException {
        refused(cli.run(words("--loss", "multiple-negatives", "--set", "loss.scale=1e300", "--set", "warmup_steps=0")),
                "training stopped at step 1, rows [", "of the training part: the loss is NaN; lower the learning rate");
    }

    @Test
    void denoisingTrainsByItsName() throws IOException {
        StringBuilder texts = new StringBuilder();
        for (int i = 0; i < 120; i++) {
            texts.append("{\"title\": \"").append(WORDS[i % 24]).append(' ').append(WORDS[i / 5]).append("\", \"text\": \"");
            for (int step = 0; step < 12; step++) {
                texts.append(WORDS[(i * (step % 5 + 1) + step) % 24]).append(' ');
            }
            texts.append("\"}\n");
        }
        String content = texts.toString();
        refused(onFile("texts.jsonl", content, "--loss", "denoising", "--set", "generators=title"), "static token table", "choose another loss", "stages=queries");
        refused(onFile("texts.jsonl", content, "--set", "stages=both", "--set", "first_stage=denoising", "--set", "generators=title"), "static token table", "stages=queries");
        model = Cli.fixture("bert-mean");
        JsonNode json = onFile("texts.jsonl", content, "--loss", "denoising", "--set", "generators=title", "--set", "preservation=-1", "--json").done().json();
        assertThat(json.path("notes").toString()).contains("loss denoising").contains("60 % of the tokens deleted");
        assertThat(cli.run("models", "verify", folder.resolve("tuned")).exit()).isZero();
    }
}
