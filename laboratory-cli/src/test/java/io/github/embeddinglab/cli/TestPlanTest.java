package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** docs/TEST-PLAN.md names only tests that exist. */
@Tag("unit")
class TestPlanTest {
    private static final Pattern NAME = Pattern.compile("`([A-Z][A-Za-z0-9]*Test)`");

    @Test
    void everyNamedTestExists() throws IOException {
        Path root = Stream.iterate(Path.of("").toAbsolutePath(), Objects::nonNull, Path::getParent)
                .filter(folder -> Files.exists(folder.resolve("docs/TEST-PLAN.md")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no folder above has docs/TEST-PLAN.md"));
        Set<String> named = NAME.matcher(Files.readString(root.resolve("docs/TEST-PLAN.md")))
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(named).hasSizeGreaterThan(20);
        Set<String> existing;
        try (Stream<Path> files = Files.find(root, 16, (path, attributes) -> path.toString().contains("src/test/java")
                && path.toString().endsWith("Test.java"))) {
            existing = files.map(path -> path.getFileName().toString().replace(".java", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
        assertThat(existing).containsAll(named);
    }
}
