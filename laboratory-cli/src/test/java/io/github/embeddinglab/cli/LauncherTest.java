package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script {@code lab} beside what a build leaves, in a folder whose name has a space. */
@Tag("integration")
@Tag("jdk")
class LauncherTest {
    @TempDir
    private Path folder = Path.of(".");

    private Path root = folder;

    @BeforeEach
    void checkout() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")) || Files.isExecutable(Path.of("/usr/bin/bash")), "skipped: no bash here");
        root = Files.createDirectory(folder.resolve("a check out"));
        Files.copy(Path.of("../lab").toAbsolutePath().normalize(), root.resolve("lab"));
        assertThat(root.resolve("lab").toFile().setExecutable(true)).isTrue();
        Path target = Files.createDirectories(root.resolve("laboratory-cli/target"));
        Path lib = Files.createDirectory(target.resolve("lib"));
        // one jar that names the class path of this test stands for all that a build copies there
        String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, Arrays.stream(all.split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry).toUri().toString())
                .collect(Collectors.joining(" ")));
        try (OutputStream out = Files.newOutputStream(lib.resolve("everything.jar"))) {
            new JarOutputStream(out, manifest).close();
        }
        Files.createFile(target.resolve(".built-cpu"));
    }

    private Cli.Result run(@Nullable String javaHome, Path script, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(folder.resolve("stdout").toFile())
                .redirectError(folder.resolve("stderr").toFile());
        builder.environment().remove("JAVA_HOME");
        builder.environment().put("LABORATORY_HOME", folder.resolve("home").toString());
        if (javaHome != null) {
            builder.environment().put("JAVA_HOME", javaHome);
        }
        Process process = builder.start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return new Cli.Result(process.exitValue(), Files.readString(folder.resolve("stdout")), Files.readString(folder.resolve("stderr")));
    }

    /** The tests themselves run on 17 and on the newest JDK, so {@code java.home} is both. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void worksFromAnotherFolderWithAndWithoutJavaHome(boolean home) throws IOException, InterruptedException {
        Files.writeString(folder.resolve("in.txt"), "hello\n");
        String java = home ? System.getProperty("java.home") : null;
        // the import reads protobuf, whose use of Unsafe newer Java complains about
        Cli.Result first = run(java, root.resolve("lab"), "embed", "--in", "in.txt", "--out", "out file.npy", "--json");
        first.done().json();
        assertThat(first.err().lines()).allMatch(line -> line.startsWith("[INFO] "));
        assertThat(folder.resolve("out file.npy")).exists();
        Cli.Result second = run(java, root.resolve("lab"), "embed", "--in", "in.txt", "--out", "out file.npy").done();
        assertThat(second.err()).isEmpty();
        assertThat(run(java, root.resolve("lab"), "models", "list").done().err()).isEmpty();
    }

    @Test
    void throughALink() throws IOException, InterruptedException {
        Path link = Files.createSymbolicLink(folder.resolve("laboratory"), Path.of("a check out", "lab"));
        assertThat(run(null, link, "--help").done().out()).contains("embed");
    }

    @Test
    void wrongUse() throws IOException, InterruptedException {
        run(null, root.resolve("lab"), "--device", "tpu", "embed").refused(Lab.WRONG_USE, "--device", "tpu", "cpu or gpu");
        run("/nowhere", root.resolve("lab"), "models", "list").refused(Lab.FAILED, "no Java found in JAVA_HOME /nowhere");
    }
}
