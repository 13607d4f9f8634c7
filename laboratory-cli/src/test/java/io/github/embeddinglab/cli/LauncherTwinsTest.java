package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code lab.cmd} runs on Windows only; read here, it says the same as {@code lab}. */
@Tag("unit")
class LauncherTwinsTest {
    private String bash = "";
    private String windows = "";

    @BeforeEach
    void read() throws IOException {
        Path root = Path.of("..").toAbsolutePath().normalize();
        bash = Files.readString(root.resolve("lab"));
        windows = Files.readString(root.resolve("lab.cmd"));
    }

    private static String one(String pattern, String script) {
        List<MatchResult> found = Pattern.compile(pattern, Pattern.MULTILINE).matcher(script).results().toList();
        assertThat(found).as(pattern).hasSize(1);
        return Objects.requireNonNull(found.get(0).group(1));
    }

    private static Set<String> words(String text, String separator) {
        return new TreeSet<>(List.of(text.split(separator, -1)));
    }

    @Test
    void bothLookAtTheSameSources() {
        Set<String> modules = words(one("laboratory-\\{([a-z,]+)\\}", bash), ",").stream()
                .map(module -> "laboratory-" + module)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(modules).hasSizeGreaterThan(5);
        assertThat(words(one("^set \"SOURCES=(laboratory-api[^\"%]*)\"", windows), " ")).isEqualTo(modules);
    }

    @Test
    void bothSpareTheSameVerbsTheFlag() {
        Set<String> verbs = words(one("^  (models\\|[^)]*)\\)", bash), "\\|");
        assertThat(verbs.remove("''")).isTrue();
        assertThat(words(one("^for %%v in \\(([^)]*)\\)", windows), " ")).isEqualTo(verbs);
        assertThat(windows).contains("if \"%VERB%\"==\"\" set \"VECTOR=\"");
    }

    @Test
    void bothGiveSuitesTheirCatalogue() {
        assertThat(words(one("^for %%s in \\(([^)]*)\\)", windows), " "))
                .isEqualTo(words(one("^  case \\$\\{2:-\\} in ([a-z|]+)\\)", bash), "\\|"));
    }

    @Test
    void bothStartJavaAndMavenAlike() {
        List<String> flags = List.of(one("^flags=\\(([^)]*)\\)", bash).split(" ", -1));
        assertThat(flags).hasSizeGreaterThan(3);
        assertThat(windows).contains("\"%JAVA%\" " + String.join(" ", flags) + " %VECTOR% %LAB_JAVA_OPTIONS% -cp \"%CP%\" %MAIN% %ARGS%");
        for (String both : List.of("io.github.embeddinglab.cli.Lab", "io.github.embeddinglab.examples.Demo", "-am -Pquick package", ".built-",
                "--add-modules jdk.incubator.vector", "lab-build.log")) {
            assertThat(bash).contains(both);
            assertThat(windows).contains(both);
        }
    }

    @Test
    void bothEndWithTheSameCodes() {
        // bash: wrong use, no Java, a wrong folder, no Maven, no build; Windows: no bash and one more place to look for Java
        assertThat(codes("exit ([0-9])", bash)).containsExactly("1", "1", "1", "1", "2");
        assertThat(codes("exit /b ([0-9])", windows)).containsExactly("1", "1", "1", "1", "1", "1", "2");
        for (String error : List.of("it must be cpu or gpu", "install JDK 17 or newer, or set JAVA_HOME", "which a class path cannot hold; move it",
                "Maven is not installed; install Maven 3.8.7 or newer", "the build failed; see")) {
            assertThat(bash).contains(error);
            assertThat(windows).contains(error);
        }
    }

    private static List<String> codes(String pattern, String script) {
        return Pattern.compile(pattern).matcher(script).results().map(match -> match.group(1)).sorted().toList();
    }

    /** Bash stumbles over carriage returns, and labels of a batch file are missed without them. */
    @Test
    void eachHasTheLineEndsOfItsSystem() {
        assertThat(bash).doesNotContain("\r");
        assertThat(windows.replace("\r\n", "")).doesNotContain("\n", "\r");
        assertThat(windows).matches("\\A\\p{ASCII}*\\z");
    }

    @Test
    void everyLabelIsThere() {
        Set<String> labels = Pattern.compile("^:([a-z_]+)", Pattern.MULTILINE).matcher(windows).results()
                .map(match -> match.group(1)).collect(Collectors.toCollection(TreeSet::new));
        Set<String> wanted = Stream.of("goto ([a-z_]+)", "call :([a-z_]+)")
                .flatMap(pattern -> Pattern.compile(pattern).matcher(windows).results().map(match -> match.group(1)))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(labels).hasSizeGreaterThan(10).containsExactlyInAnyOrderElementsOf(wanted);
    }
}
