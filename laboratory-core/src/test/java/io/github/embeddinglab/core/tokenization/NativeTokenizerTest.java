package io.github.embeddinglab.core.tokenization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.DeviceException;
import io.github.embeddinglab.api.InvalidModelException;
import io.github.embeddinglab.api.LaboratoryException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("integration")
class NativeTokenizerTest {
    @TempDir
    static Path directory;

    private static Tokenizer open(String model, TokenizerImplementation by) {
        return Tokenizers.open(model, TokenizerFixtures.model(model), directory, by);
    }

    @Test
    void switchesTheFilesOwnCutAndPaddingOff() {
        try (Tokenizer tokenizer = open("all-MiniLM-L6-v2", TokenizerImplementation.NATIVE)) {
            assertThat(tokenizer.count("word")).isEqualTo(3);
            assertThat(tokenizer.count("word ".repeat(10_000))).isEqualTo(10_002);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"all-MiniLM-L6-v2", "xlm-roberta-mean", "roberta-max"})
    void takesAnyString(String model) {
        try (Tokenizer tokenizer = open(model, TokenizerImplementation.NATIVE)) {
            assertThat(tokenizer.encode("").toArray()).hasSize(tokenizer.special().added());
            // A lone surrogate is U+FFFD and spoils nothing around it; NUL and supplementary characters pass.
            String around = "a \uD83D\uDE00 \uD840\uDC00 é %s b";
            assertThat(tokenizer.encode(around.formatted("\uD800"))).isEqualTo(tokenizer.encode(around.formatted("\uFFFD")));
            assertThat(tokenizer.encode("\uDC00\uD800")).isEqualTo(tokenizer.encode("\uFFFD\uFFFD"));
            assertThat(tokenizer.count("a\u0000b".repeat(3))).isPositive();
            assertThat(tokenizer.count("x".repeat(1_000_000))).isPositive();
            assertThat(tokenizer.count("word ".repeat(400_000))).isGreaterThan(400_000);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JAVA", "NATIVE"})
    void closedIsAnError(TokenizerImplementation by) {
        Tokenizer tokenizer = open("bert-mean", by);
        tokenizer.close();
        tokenizer.close();
        assertThatThrownBy(() -> tokenizer.encode("a")).isInstanceOf(LaboratoryException.class)
                .hasMessageContaining("bert-mean").hasMessageContaining("closed");
    }

    @Test
    void closingWaitsForCallsInProgress() throws Exception {
        String text = "some words to be busy with ".repeat(50);
        ExecutorService callers = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 20; round++) {
                Tokenizer tokenizer = open("bert-mean", TokenizerImplementation.NATIVE);
                TokenIds expected = tokenizer.encode(text);
                CountDownLatch busy = new CountDownLatch(4);
                List<Future<Integer>> calls = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    calls.add(callers.submit(() -> untilClosed(tokenizer, text, expected, busy)));
                }
                assertThat(busy.await(60, TimeUnit.SECONDS)).isTrue();
                tokenizer.close();
                for (Future<Integer> call : calls) {
                    assertThat(call.get(60, TimeUnit.SECONDS)).isPositive();
                }
            }
        } finally {
            callers.shutdownNow();
        }
    }

    private static int untilClosed(Tokenizer tokenizer, String text, TokenIds expected, CountDownLatch busy) {
        int done = 0;
        try {
            while (true) {
                assertThat(tokenizer.encode(text)).isEqualTo(expected);
                if (done++ == 0) {
                    busy.countDown();
                }
            }
        } catch (LaboratoryException e) {
            assertThat(e).hasMessageContaining("closed");
            return done;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "[]", "{", "{}", "{\"model\": 3}", "not json", "{\"model\": {\"type\": \"WordPiece\"}}",
        "{\"model\": {\"type\": \"Unheard\", \"vocab\": {}}}", "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": -1}}}",
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": \"b\"}, \"merges\": []}}",
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []}, \"post_processor\": {\"type\": \"New\"}}",
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": []}, \"truncation\": {\"direction\": \"Left\"}}"
    })
    void badFileIsNamed(String json) throws IOException {
        Path file = Files.writeString(directory.resolve("bad-tokenizer.json"), json);
        for (TokenizerImplementation by : TokenizerImplementation.values()) {
            assertThatThrownBy(() -> Tokenizers.open(file, directory, by).close())
                    .isInstanceOf(InvalidModelException.class).hasMessageContaining("bad-tokenizer.json")
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
        }
    }

    @Test
    void cutFilesAreRefused() {
        byte[] json = TokenizerFixtures.model("bert-mean");
        for (int n = 0; n < json.length - 2; n += 997) {
            byte[] cut = Arrays.copyOf(json, n);
            assertThatThrownBy(() -> Tokenizers.open("cut", cut, directory, TokenizerImplementation.AUTO))
                    .isInstanceOf(InvalidModelException.class);
        }
    }

    @Test
    void missingAndBinaryFilesAreNamed() {
        Path missing = directory.resolve("missing.json");
        assertThatThrownBy(() -> Tokenizers.open(missing, directory)).isInstanceOf(InvalidModelException.class)
                .hasMessageContaining("missing.json");
        byte[] binary = {(byte) 0xFF, (byte) 0xFE, 0, 1};
        assertThatThrownBy(() -> Tokenizers.open("binary", binary, directory, TokenizerImplementation.AUTO))
                .isInstanceOf(InvalidModelException.class).hasMessageContaining("not UTF-8");
    }

    @Test
    void javaRefusesWhatItDoesNotCover() {
        assertThatThrownBy(() -> open("roberta-max", TokenizerImplementation.JAVA))
                .isInstanceOf(InvalidModelException.class).hasMessageContaining("BPE");
        try (Tokenizer tokenizer = open("bert-mean", TokenizerImplementation.AUTO);
                Tokenizer other = open("roberta-max", TokenizerImplementation.AUTO)) {
            assertThat(tokenizer).isInstanceOf(WordPieceTokenizer.class);
            assertThat(other).isInstanceOf(NativeTokenizer.class);
            assertThat(other.padId()).isEqualTo(1);
            assertThat(other.vocabularySize()).isEqualTo(1500);
        }
    }

    @Test
    void unknownPlatformsAreRefused() {
        assertThatThrownBy(() -> NativeLibrary.resources("SunOS", "sparc")).isInstanceOf(DeviceException.class)
                .hasMessageContaining("SunOS sparc").hasMessageContaining("Linux x86_64");
        for (String[] platform : new String[][] {
            {"Linux", "amd64"}, {"Linux", "aarch64"}, {"Mac OS X", "aarch64"}, {"Windows 11", "amd64"}
        }) {
            for (String resource : NativeLibrary.resources(platform[0], platform[1])) {
                assertThat(TokenizerFixtures.class.getResource("/" + resource)).as(resource).isNotNull();
            }
        }
    }

    @Test
    void placesFilesWholeAndOnce(@TempDir Path folder) throws Exception {
        byte[] content = "library".repeat(100_000).getBytes(StandardCharsets.UTF_8);
        Path file = folder.resolve("sub").resolve("lib.so");
        ExecutorService writers = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                done.add(writers.submit(() -> {
                    NativeLibrary.place(content, file);
                    return null;
                }));
            }
            for (Future<?> one : done) {
                one.get(60, TimeUnit.SECONDS);
            }
        } finally {
            writers.shutdownNow();
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
        try (Stream<Path> files = Files.list(folder.resolve("sub"))) {
            assertThat(files).containsExactly(file);
        }
        FileTime old = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(file, old);
        NativeLibrary.place(content, file);
        assertThat(Files.getLastModifiedTime(file)).as("not written again").isEqualTo(old);
        Files.writeString(file, "damaged");
        NativeLibrary.place(content, file);
        assertThat(Files.readAllBytes(file)).isEqualTo(content);
    }
}
