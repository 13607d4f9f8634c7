package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.embeddinglab.api.Npy;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What only a process of its own shows: signals, full disks, the class path, and that no connection is attempted. */
@Tag("integration")
class ProcessTest {
    private static final String RUNTIME_CLASS = "ai/onnxruntime/OrtEnvironment.class";
    private static final long PATIENCE_SECONDS = 120;
    private static final String NATIVES = "org.bytedeco.javacpp.cachedir";
    private static final Set<String> BUILD_SERVER = Set.of("CI", "TF_BUILD", "GITHUB_ACTIONS", "GITLAB_CI", "CIRCLECI", "TRAVIS",
            "JENKINS_URL", "BUILDKITE", "TEAMCITY_VERSION", "APPVEYOR", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS");

    /** Shared, so that models are imported and compiled once. */
    @TempDir
    private static Path models = Path.of(".");

    @TempDir
    private Path folder = Path.of(".");

    /** Of libtorch, which unpacks to 435 MB: once for all. */
    private static String natives() {
        return System.getProperty(NATIVES, Path.of("target", "natives").toAbsolutePath().toString());
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private List<String> lab(List<String> before, String classPath, Object... args) throws IOException {
        List<String> command = new ArrayList<>(before);
        Path options = Files.writeString(folder.resolve("class-path.options"), "-cp \"" + classPath + "\"");
        // the flags of the launcher, and no file that a limit on sizes would hit
        command.addAll(List.of(java(), "--enable-native-access=ALL-UNNAMED", "-XX:+IgnoreUnrecognizedVMOptions",
                "--sun-misc-unsafe-memory-access=allow", "-XX:-UsePerfData", "-Xmx512m", "-D" + NATIVES + "=" + natives(), "@" + options,
                Lab.class.getName()));
        command.addAll(List.of(new Cli(models).arguments(args)));
        return command;
    }

    private Process start(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("stdout").toFile())
                .redirectError(folder.resolve("stderr").toFile());
        // on a build server a runtime may behave better than on the machine of a user
        builder.environment().keySet().removeAll(BUILD_SERVER);
        return builder.start();
    }

    private Cli.Result end(Process process) throws IOException, InterruptedException {
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("the process ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Cli.Result(process.exitValue(), Files.readString(folder.resolve("stdout")), Files.readString(folder.resolve("stderr")));
    }

    private static boolean works(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private Path lines(int count) throws IOException {
        return Files.writeString(folder.resolve("in.txt"), "a text of some words that takes its time\n".repeat(count));
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void aSignalLeavesNothing(String signal, int exit) throws IOException, InterruptedException {
        assumeTrue(works("env", "--default-signal=INT", "true"), "skipped: env cannot restore signals here");
        Path results = Files.createDirectory(folder.resolve("results"));
        Process process = start(lab(List.of("env", "--default-signal=INT,TERM"), classPath(), "embed", "--model", Cli.fixture("bert-mean"),
                "--in", lines(2_000_000), "--out", results.resolve("out.npy")));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (process.isAlive() && !hasRows(results) && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        assertThat(hasRows(results)).as("rows are being written").isTrue();
        assertThat(works("kill", "-" + signal, String.valueOf(process.pid()))).isTrue();
        Cli.Result result = end(process);
        assertThat(result.exit()).isEqualTo(exit);
        assertThat(result.err().lines().filter(line -> !line.startsWith("[INFO] compiling ")))
                .hasSize(1)
                .allMatch(line -> line.startsWith("error: ") && line.contains("cancelled by an interrupt"));
        assertThat(Cli.names(results)).isEmpty();
    }

    private static boolean hasRows(Path results) throws IOException {
        for (String name : Cli.names(results)) {
            if (name.endsWith(".part") && Files.size(results.resolve(name)) > 1000) {
                return true;
            }
        }
        return false;
    }

    private Path pairs() throws IOException {
        List<String> words = List.of("long work with under copy term covered source such software other version program code your form".split(" ", -1));
        StringBuilder rows = new StringBuilder("query\tdocument\n");
        for (int i = 0; i < 196; i++) {
            rows.append(words.get(i % 14)).append(' ').append(words.get(i / 14)).append('\t')
                    .append(words.get((i + 1) % 14)).append(' ').append(words.get(i / 14 + 1)).append(' ').append(i).append('\n');
        }
        return Files.writeString(folder.resolve("pairs.tsv"), rows);
    }

    private Object[] training(Path pairs, Path out, Object... more) {
        return Stream.concat(Stream.of("fine-tune", "--model", Cli.fixture("bert-mean"), "--data", pairs, "--out", out, "--epochs", 30, "--batch-size", 16,
                "--learning-rate", 1e-3, "--set", "threads=1", "--set", "precision=fp32", "--set", "evaluation_steps=25", "--set", "patience=0",
                "--set", "interpolation=off"), Stream.of(more)).toArray();
    }

    @Tag("jdk")
    @Test
    void ctrlCLeavesACheckpointThatEndsInTheSameBits() throws IOException, InterruptedException {
        assumeTrue(works("env", "--default-signal=INT", "true"), "skipped: env cannot restore signals here");
        Path pairs = pairs();
        Path whole = folder.resolve("whole");
        Path resumed = folder.resolve("resumed");
        end(start(lab(List.of(), classPath(), training(pairs, whole)))).done();
        Process process = start(lab(List.of("env", "--default-signal=INT,TERM"), classPath(), training(pairs, resumed)));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (process.isAlive() && !Files.readString(folder.resolve("stderr")).contains("after step 50:") && System.nanoTime() < deadline) {
            Thread.sleep(5);
        }
        assertThat(works("kill", "-INT", String.valueOf(process.pid()))).isTrue();
        Cli.Result result = end(process);
        assertThat(result.exit()).as(result.err()).isEqualTo(130);
        assertThat(result.err().lines().filter(line -> line.startsWith("error: "))).singleElement().asString()
                .matches("error: training was cancelled after \\d+ of \\d+ steps; the same request with resume \\(--resume\\) goes on from there");
        assertThat(resumed).doesNotExist();
        Cli.Result rest = end(start(lab(List.of(), classPath(), training(pairs, resumed, "--resume")))).done();
        assertThat(rest.err()).contains("resumed after step ").doesNotContain("after step 25:");
        assertThat(resumed.resolve("model.safetensors")).hasSameBinaryContentAs(whole.resolve("model.safetensors"));
        assertThat(Cli.names(models.resolve("training"))).isEmpty();
    }

    @Test
    void trainingWithoutNativesNamesThePlatformsThatHaveSome() throws IOException, InterruptedException {
        String without = Stream.of(classPath().split(File.pathSeparator, -1))
                .filter(entry -> !entry.matches(".*(pytorch|openblas|javacpp)-[\\d.-]+-[a-z]+-[a-z0-9_]+\\.jar"))
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(without).hasSizeLessThan(classPath().length());
        Path out = folder.resolve("tuned");
        Path cache = folder.resolve("no-natives");
        List<String> command = lab(List.of(), without, training(pairs(), out));
        command.replaceAll(word -> word.startsWith("-D" + NATIVES) ? "-D" + NATIVES + "=" + cache : word);
        end(start(command)).refused(Lab.FAILED, "libtorch for ", "is not on the class path", "linux-x86_64, linux-arm64, macosx-arm64 or windows-x86_64");
        assertThat(out).doesNotExist();
    }

    @Test
    void aFullDisk() throws IOException, InterruptedException {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(works("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.toString()), "skipped: no right to mount a small file system");
        try {
            Cli.Result result = end(start(lab(List.of(), classPath(), "embed", "--model", Cli.fixture("static-mean"), "--in", lines(10_000), "--out", disk.resolve("out.npy"))));
            result.refused(Lab.FAILED, disk.resolve("out.npy").toString(), "No space left", "free space");
            assertThat(Cli.names(disk)).isEmpty();
        } finally {
            assertThat(works("umount", disk.toString())).isTrue();
        }
    }

    /** Room for less than the graph, for the graph, and for its turned weights as well, but never for the imported folder. */
    @ParameterizedTest
    @ValueSource(strings = {"30m", "100m", "190m"})
    void aFullDiskUnderTheModelDirectory(String size) throws IOException, InterruptedException {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        Path out = folder.resolve("out.npy");
        assumeTrue(works("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", disk.toString()), "skipped: no right to mount a small file system");
        try {
            List<String> command = lab(List.of(), classPath(), "embed", "--model", "minilm", "--in", lines(1), "--out", out);
            command.set(command.size() - 1, disk.resolve("models").toString());
            Cli.Result result = end(start(command));
            assertThat(result.exit()).as(result.err()).isEqualTo(Lab.FAILED);
            assertThat(result.err().lines().filter(line -> !line.startsWith("[INFO] ")).toList())
                    .hasSize(1)
                    .allMatch(line -> line.startsWith("error: ") && line.contains(disk.toString()) && line.contains("No space left"));
            assertThat(out).doesNotExist();
            try (Stream<Path> left = Files.walk(disk)) {
                assertThat(left.map(path -> String.valueOf(path.getFileName()))).noneMatch(name -> name.endsWith(".part") || name.startsWith(".all-MiniLM"));
            }
        } finally {
            assertThat(works("umount", disk.toString())).isTrue();
        }
    }

    @Test
    void aFileThatMayNotGrow() throws IOException, InterruptedException {
        assumeTrue(works("bash", "-c", "ulimit -f 64"), "skipped: no shell that limits file sizes");
        Path results = Files.createDirectory(folder.resolve("results"));
        List<String> limited = List.of("bash", "-c", "ulimit -f 64; exec \"$@\"", "lab");
        Cli.Result result = end(start(lab(limited, classPath(), "embed", "--model", Cli.fixture("static-mean"), "--in", lines(10_000), "--out", results.resolve("out.npy"))));
        result.refused(Lab.FAILED, results.resolve("out.npy").toString(), "nothing was kept");
        assertThat(Cli.names(results)).isEmpty();
    }

    @Test
    void twoRuntimesOnTheClassPath() throws IOException, InterruptedException {
        Path second = folder.resolve("second").resolve(RUNTIME_CLASS);
        Files.createDirectories(second.getParent());
        try (InputStream in = Lab.class.getClassLoader().getResourceAsStream(RUNTIME_CLASS)) {
            assertThat(in).isNotNull();
            Files.write(second, in.readAllBytes());
        }
        String both = classPath() + File.pathSeparator + folder.resolve("second");
        Path out = folder.resolve("out.npy");
        end(start(lab(List.of(), both, "embed", "--model", Cli.fixture("bert-mean"), "--in", lines(1), "--out", out)))
                .refused(Lab.FAILED, "2 times", "onnxruntime_gpu", "exclude");
        assertThat(out).doesNotExist();
        assertThat(end(start(lab(List.of(), both, "doctor"))).out()).contains("problem: transformer models cannot run");
        // a static model needs no runtime
        end(start(lab(List.of(), both, "embed", "--model", Cli.fixture("static-mean"), "--in", lines(1), "--out", out))).done();
    }

    @Tag("jdk")
    @ParameterizedTest
    @ValueSource(strings = {"roberta-max", "minilm"})
    void runsWithoutANetwork(String model) throws IOException, InterruptedException {
        assumeTrue(works("unshare", "-rn", "true"), "skipped: no right to make a network namespace");
        Path out = folder.resolve("out.npy");
        end(start(lab(List.of("unshare", "-rn"), classPath(), "embed", "--model", named(model), "--in", lines(3), "--out", out))).done();
        assertThat(Npy.read(out).rows()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"xlm-roberta-mean", "minilm"})
    void attemptsNoConnection(String model) throws IOException, InterruptedException {
        assumeTrue(works("strace", "-f", "-e", "trace=connect", "true"), "skipped: strace is missing or may not trace");
        Path trace = folder.resolve("trace");
        Path out = folder.resolve("out.npy");
        List<String> traced = List.of(
                "strace", "-f", "-o", trace.toString(), "-e", "trace=execve,connect,sendto,sendmsg,open,openat,mkdir,mkdirat");
        end(start(lab(traced, classPath(), "embed", "--model", named(model), "--in", lines(3), "--out", out))).done();
        List<String> calls = Files.readAllLines(trace);
        assertThat(calls).as("the trace saw the process begin").anyMatch(line -> line.contains("execve"));
        assertThat(calls).noneMatch(line -> line.contains("AF_INET"));
        assertThat(calls).noneMatch(line -> line.contains("connect(") && !line.contains("AF_UNIX"));
        // a runtime that reports reads the machine's number and makes its database first, and connects a while later
        assertThat(calls).anyMatch(line -> line.contains("libonnxruntime"));
        assertThat(calls).noneMatch(line -> line.contains("machine-id") || line.contains("Microsoft"));
    }

    /** A long class path is common, and there was a runtime that it killed. */
    @Test
    void aLongCommandLineIsNoFailure() throws IOException, InterruptedException {
        List<String> command = lab(List.of(), classPath(), "embed", "--model", Cli.fixture("bert-mean"), "--in", lines(1), "--out", folder.resolve("out.npy"));
        command.add(1, "-Dlong=" + "x".repeat(20_000));
        end(start(command)).done();
    }

    private static Object named(String model) {
        return model.equals("minilm") ? model : Cli.fixture(model);
    }
}
