package io.github.embeddinglab.jmh.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class MeasurementTest {
    @TempDir
    private Path folder;

    /** The vector of a text is its length and its first letter: enough to see that rows stay in place. */
    private record Lengths(int callers, AtomicInteger calls, int lost) implements Engine {
        @Override
        public String name() {
            return "lengths";
        }

        @Override
        public String version() {
            return "1";
        }

        @Override
        public String model() {
            return "a \"quoted\" one";
        }

        @Override
        public float[][] embed(List<String> texts) {
            calls.incrementAndGet();
            return texts.stream().skip(texts.size() == 1 ? 0 : lost).map(text -> new float[] {text.length(), text.charAt(0)}).toArray(float[][]::new);
        }

        @Override
        public long tokens(List<String> texts) {
            return texts.stream().mapToLong(text -> text.split(" ", -1).length + 2).sum();
        }

        @Override
        public void close() {
            calls.addAndGet(1_000_000);
        }
    }

    @Test
    void everyTextIsEmbeddedOnceAPassAndStaysInItsPlace() throws Exception {
        Path texts = folder.resolve("texts.txt");
        Files.writeString(texts, "one\ntwo words\nthree more words\nx\nyy\n");
        Path out = folder.resolve("vectors.npy");
        AtomicInteger calls = new AtomicInteger();
        Settings settings = new Settings(texts, 2, 3, 0, 0, 0, out);
        Map<String, Object> figures = Measurement.run(settings, asked -> new Lengths(asked.threads(), calls, 0)).figures();

        assertThat(calls).as("1 first + 3 batches + 20 queries, closed once").hasValue(1_000_000 + 1 + 3 + 20);
        assertThat(figures).containsEntry("texts", 5).containsEntry("tokens", 18L).containsEntry("passes", 1).containsEntry("dimensions", 2).containsEntry("max_tokens", "default");
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(out)).order(ByteOrder.LITTLE_ENDIAN);
        int header = bytes.getShort(8);
        assertThat((10 + header) % 64).isZero();
        assertThat(new String(bytes.array(), 10, header, StandardCharsets.US_ASCII)).contains("'<f4'", "(5, 2)");
        float[] values = new float[10];
        bytes.position(10 + header).asFloatBuffer().get(values);
        assertThat(values).containsExactly(3, 'o', 9, 't', 16, 't', 1, 'x', 2, 'y');
    }

    @Test
    void aFailingEngineFailsTheRun() throws IOException {
        Path texts = folder.resolve("texts.txt");
        Files.writeString(texts, "one\ntwo\n");
        assertThatThrownBy(() -> Measurement.run(new Settings(texts, 2, 1, 0, 0, 0, null), asked -> new Lengths(1, new AtomicInteger(), 1))).hasMessageContaining("1 vectors for 2 texts");
    }

    @Test
    void jsonIsEscapedAndFinite() {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("model", "a \"b\" \\ \n");
        figures.put("count", 3);
        figures.put("rate", 1234.56789);
        figures.put("peak", Double.NaN);
        assertThat(new Result(figures).toJson()).isEqualTo("{\"model\":\"a \\\"b\\\" \\\\ \\u000a\",\"count\":3,\"rate\":1234.568,\"peak\":null}");
    }

    @Test
    void quantilesAreNearestRank() {
        double[] sorted = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
        assertThat(Measurement.quantile(sorted, 0.5)).isEqualTo(5);
        assertThat(Measurement.quantile(sorted, 0.95)).isEqualTo(10);
        assertThat(Measurement.quantile(new double[] {7}, 0.5)).isEqualTo(7);
    }

    @Test
    void commandLineIsStrict() {
        assertThat(Settings.parse("--texts", "a.txt", "--batch", "8", "--threads", "2", "--warmup-seconds", "1.5", "--seconds", "3", "--max-tokens", "250", "--out", "v.npy"))
                .isEqualTo(new Settings(Path.of("a.txt"), 8, 2, 1.5, 3, 250, Path.of("v.npy")));
        assertThatThrownBy(() -> Settings.parse("--batch", "8")).hasMessageContaining("--texts is missing");
        assertThatThrownBy(() -> Settings.parse("--texts", "a", "--speed", "8")).hasMessageContaining("'--speed' is unknown");
        assertThatThrownBy(() -> Settings.parse("--texts", "a", "--batch")).hasMessageContaining("'--batch' is without its value");
        assertThatThrownBy(() -> Settings.parse("--texts", "a", "--batch", "x")).hasMessageContaining("'x' is no number");
        assertThatThrownBy(() -> Settings.parse("--texts", "a", "--batch", "0")).hasMessageContaining("batch 0");
    }

    @Test
    void blankTextsAreRefused() throws IOException {
        Path texts = folder.resolve("texts.txt");
        Files.writeString(texts, "one\n\ntwo\n");
        assertThatThrownBy(() -> Measurement.run(new Settings(texts, 2, 1, 0, 0, 0, null), asked -> new Lengths(1, new AtomicInteger(), 0))).hasMessageContaining("a blank one");
    }
}
