package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        Object[] first = {
            "fine-tune", "--model", model, "--data", pairs, "--columns", "query=question,document=answer", "--set", "threads=1",
            "--set", "preservation=-1", "--batch-size", 16, "--learning-rate", 0.05, "--seed", 3
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
        assertThat(folder.resolve("models/tuned")).doesNotExist();
    }

    @Test
    void wrongUseIsToldWithTheWayOut() {
        assertThat(cli.run(words("--set", "speed=9")).exit()).isEqualTo(Lab.WRONG_USE);
        assertThat(cli.run(words("--set", "speed=9")).err()).contains("\"speed\" of training is not known; there are epochs, batch_size");
        assertThat(cli.run(words("--strategy", "magic")).err()).contains("there are auto, contrastive");
        assertThat(cli.run(words("--set", "loss.scale=9")).err()).contains("needs --loss NAME");
        Cli.Result untaught = cli.run(words("--strategy", "distill"));
        assertThat(untaught.exit()).isEqualTo(Lab.FAILED);
        assertThat(untaught.err()).contains("--set teacher=MODEL");
        assertThat(cli.run(words("--loss", "cosent")).err()).contains("cosent does not read pairs; for these there are").contains("gist");
    }
}
