package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Runs {@code lab} and looks at what it leaves. */
final class Cli {
    private static final Path FIXTURES = Path.of("../laboratory-core/src/test/resources/fixtures").toAbsolutePath().normalize();

    private final Path models;

    Cli(Path models) {
        this.models = models;
    }

    /** What a command did. */
    record Result(int exit, String out, String err) {
        Result done() {
            assertThat(exit).as("exit code; stderr: %s", err).isZero();
            return this;
        }

        /** Standard output is exactly one JSON object. */
        JsonNode json() {
            return Cli.json(out);
        }

        /** One line on standard error that names all of it, nothing on standard output, no stack trace. */
        Result refused(int code, String... parts) {
            assertThat(exit).as("exit code; stderr: %s", err).isEqualTo(code);
            List<String> lines = err.lines().toList();
            assertThat(lines).as("stderr").hasSize(1);
            assertThat(lines.get(0)).startsWith("error: ").contains(parts);
            assertThat(out).as("stdout").isEmpty();
            return this;
        }
    }

    static JsonNode json(String text) {
        try {
            assertThat(text.lines()).hasSize(1);
            JsonNode node = JsonMapper.builder()
                    .enable(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build()
                    .readTree(text);
            assertThat(node.isObject()).isTrue();
            return node;
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }

    static Result plain(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit = Lab.run(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8), args);
        return new Result(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** With this object's model directory. */
    Result run(Object... args) {
        return plain(arguments(args));
    }

    String[] arguments(Object... args) {
        List<String> all = new ArrayList<>();
        for (Object arg : args) {
            all.add(arg.toString());
        }
        all.add("--models-directory");
        all.add(models.toString());
        return all.toArray(String[]::new);
    }

    static Path fixture(String model) {
        return FIXTURES.resolve("models").resolve(model);
    }

    static JsonNode fixtureJson(String path) {
        try {
            return JsonMapper.builder().build().readTree(FIXTURES.resolve(path).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A writable copy. */
    static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : all.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.write(target, Files.readAllBytes(file));
                }
            }
        }
        return to;
    }

    static void flip(Path file, long at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) (at < 0 ? bytes.length + at : at)] ^= 0x10;
        Files.write(file, bytes);
    }

    /** Names in a folder, hidden ones too. */
    static List<String> names(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(path -> String.valueOf(path.getFileName())).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static double cosine(float[] values, int row, JsonNode expected) {
        double dot = 0;
        double a = 0;
        double b = 0;
        for (int i = 0; i < expected.size(); i++) {
            double x = values[row * expected.size() + i];
            double y = expected.get(i).doubleValue();
            dot += x * y;
            a += x * x;
            b += y * y;
        }
        return dot / Math.sqrt(a * b);
    }
}
