package io.github.embeddinglab.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.CancelledException;
import io.github.embeddinglab.api.EmbeddingLaboratory;
import io.github.embeddinglab.examples.corpus.Passage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo's second half on a tiny model and a tiny corpus, whose epochs end long before its two minutes. */
@Tag("integration")
class DemoTuningTest {
    private static final String MODEL = Path.of("../laboratory-core/src/test/resources/fixtures/models/bert-mean").toString();
    private static final List<String> WORDS = List.of((
            "long work with under copy term covered source such software other version program code your form mean convey copyright patent "
            + "from public rights works shall conditions which notice must object limit section warranty general addition licenses").split(" ", -1));
    private static final String SCORE = "\\d*\\.\\d+ \\[\\d*\\.\\d+, \\d*\\.\\d+]";

    @TempDir
    private Path folder = Path.of("");

    private ByteArrayOutputStream out = new ByteArrayOutputStream();
    private ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void empty() throws IOException {
        out = new ByteArrayOutputStream();
        err = new ByteArrayOutputStream();
        Files.createDirectories(folder.resolve("demo"));
    }

    /** A sentence about two words, and one about two that follow. */
    private static List<Passage> passages() {
        List<Passage> passages = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            String one = WORDS.get(i % 36);
            String two = WORDS.get((i * 5 + i / 36) % 36);
            passages.add(new Passage("library/C" + i, one + " " + two + " " + i,
                    "Says what the " + one + " of each " + two + " means in part " + i + ". A second sentence holds "
                            + WORDS.get((i + 7) % 36) + " and " + WORDS.get((i + 11) % 36) + " as well.",
                    "library.jar!/C" + i + ".html"));
        }
        return passages;
    }

    private void run(PrintStream errors) {
        try (EmbeddingLaboratory lab = EmbeddingLaboratory.builder().modelDirectory(folder.resolve("models")).build()) {
            new DemoTuning(new PrintStream(out, true, StandardCharsets.UTF_8), errors, folder.resolve("demo"), false).run(lab, MODEL, "key", passages());
        }
    }

    private PrintStream errors() {
        return new PrintStream(err, true, StandardCharsets.UTF_8);
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void theTableComparesBothModelsAndIsKept() throws IOException {
        run(errors());
        String table = printed().strip();
        assertThat(table.lines().findFirst().orElseThrow())
                .matches("\\d+ steps in \\d+ s on \\d+ pairs; scores on questions that training did not see, with 95 % intervals:");
        assertThat(table.lines().skip(1).findFirst().orElseThrow().strip()).startsWith(MODEL).endsWith("tuned");
        for (String metric : List.of("ndcg@10", "mrr", "recall@10")) {
            assertThat(table.lines().map(String::strip).filter(line -> line.startsWith(metric + " ")).toList())
                    .singleElement().asString().matches(metric + " +" + SCORE + " +" + SCORE);
        }
        assertThat(table).containsPattern("difference in ndcg@10: [+-]\\d\\.\\d{4} \\[[+-]\\d\\.\\d{4}, [+-]\\d\\.\\d{4}], p \\d\\.\\d{4}")
                .containsPattern("bert-mean-tuned-\\S+ is (not )?registered: ");
        String curve = table.lines().filter(line -> line.contains("loss and scores over the steps: ")).findFirst().orElseThrow();
        assertThat(Path.of(curve.substring(curve.indexOf(": ") + 2))).exists();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("Second half: fine-tuning").containsPattern("pairs: \\d+ of \\d+, as in \"")
                .contains("the parent is judged first").contains("after step 0: ndcg@10 ");

        empty();
        run(errors());
        assertThat(printed().strip()).isEqualTo(table);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("the result is kept from an earlier run").doesNotContain("after step");
    }

    /** Interrupts its thread when training tells of its first steps, as Ctrl-C does. */
    private static final class Interrupting extends ByteArrayOutputStream {
        @Override
        public synchronized void write(byte[] bytes, int from, int length) {
            super.write(bytes, from, length);
            if (toString(StandardCharsets.UTF_8).contains("training, loss")) {
                reset();
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void whatWasStoppedGoesOnInTheNextRun() throws IOException {
        Path begun = folder.resolve("demo/tuning-key.begun");
        assertThatThrownBy(() -> run(new PrintStream(new Interrupting(), true, StandardCharsets.UTF_8)))
                .isInstanceOf(CancelledException.class).hasMessageContaining("the next ./lab demo goes on from there");
        assertThat(Thread.interrupted()).as("the flag is consumed").isFalse();
        assertThat(begun).exists();
        assertThat(printed()).isEmpty();
        run(errors());
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("going on where an earlier run was stopped");
        assertThat(printed()).contains("difference in ndcg@10");
        assertThat(begun).doesNotExist();
    }
}
