package io.github.embeddinglab.training.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.embeddinglab.api.training.LossChoice;
import io.github.embeddinglab.api.training.Losses;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingSetting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every loss has a page that says what the table of losses says, with an example that exists. */
@Tag("unit")
class LossPagesTest {
    private static final Path FOLDER = Path.of("..", "docs", "losses");
    private static final List<String> AROUND = List.of("adaptive-layers", "cached", "matryoshka", "orthogonal");
    private static final String OWN = "own";
    private static final List<String> HEADINGS = List.of("Reads", "Use it when", "Neighbours", "Settings", "Source", "Example");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)\\)");
    private static final Pattern SHELL = Pattern.compile("```\nlab fine-tune (.+)\n```");
    private static final Pattern CALL = Pattern.compile("Losses\\.(\\w+)\\(([^()]*)\\)((?:\\.\\w+\\([^()]*\\))*)");
    private static final Pattern CHAINED = Pattern.compile("\\.(\\w+)\\(");

    static Stream<String> pages() {
        return Stream.concat(LossMaker.names().stream(), Stream.concat(AROUND.stream(), Stream.of(OWN)));
    }

    private static String read(String name) {
        try {
            return Files.readString(FOLDER.resolve(name + ".md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Text by heading. */
    private static Map<String, String> parts(String page) {
        Map<String, String> parts = new LinkedHashMap<>();
        for (String part : List.of(page.split("\n## ", -1))) {
            int end = part.indexOf('\n');
            parts.put(part.substring(0, end), part.substring(end + 1));
        }
        return parts;
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(result -> result.group(1)).toList();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void aPageSaysWhatTheTableSays(String name) {
        String page = read(name);
        Map<String, String> parts = parts(page);
        List<String> headings = new ArrayList<>(parts.keySet());
        assertThat(headings.remove(0)).isEqualTo("# " + name);
        assertThat(headings).isEqualTo(HEADINGS);
        assertThat(parts.values()).allMatch(part -> !part.isBlank());
        assertThat(page.lines().count()).as("short enough to be read").isLessThan(50);
        assertThat(found(LINK, parts.getOrDefault("Neighbours", ""))).as("neighbours").isNotEmpty();
        assertThat(found(LINK, page)).allSatisfy(link -> assertThat(FOLDER.resolve(link)).exists());
        assertThat(parts.getOrDefault("Source", "")).matches("(?s).*\\b(19|20)\\d\\d\\b.*|(?s).*OwnLoss.*");
        Set<String> settings = new TreeSet<>(found(Pattern.compile("(?m)^\\| `([^`]+)`"), parts.getOrDefault("Settings", "")));
        LossTable.Entry entry = LossTable.ALL.get(name);
        if (entry != null) {
            String first = parts.getOrDefault("Reads", "").strip().lines().findFirst().orElse("");
            assertThat(found(CODE, first)).as("forms").isEqualTo(LossMaker.forms(name).stream().map(Form::words).toList());
            assertThat(settings).containsExactlyInAnyOrderElementsOf(entry.own().stream().map(LossOption::name).toList());
        } else if (AROUND.contains(name)) {
            assertThat(settings).containsExactly(name.replace('-', '_'));
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void anExampleExists(String name) throws ReflectiveOperationException {
        String example = parts(read(name)).getOrDefault("Example", "");
        for (MatchResult shell : SHELL.matcher(example).results().toList()) {
            LossChoice choice = shell(shell.group(1));
            if (LossTable.ALL.containsKey(name)) {
                assertThat(choice.name()).isEqualTo(name);
            }
            Form form = LossTable.ALL.containsKey(name) ? LossMaker.forms(name).get(0) : Form.PAIRS;
            LossMaker.check(LossMaker.resolve(choice, form), form);
        }
        assertThat(SHELL.matcher(example).results().count()).isEqualTo(name.equals(OWN) ? 0 : 1);
        List<MatchResult> calls = CALL.matcher(example).results().toList();
        assertThat(calls).hasSize(name.equals(OWN) ? 0 : 1);
        for (MatchResult call : calls) {
            assertThat(Arrays.stream(Losses.class.getMethods()).map(Method::getName)).contains(call.group(1));
            if (LossTable.ALL.containsKey(name)) {
                assertThat(((LossChoice) Losses.class.getMethod(call.group(1)).invoke(null)).name()).isEqualTo(name);
            }
            Set<String> known = Arrays.stream(LossChoice.class.getMethods()).map(Method::getName).collect(Collectors.toSet());
            assertThat(known).containsAll(found(CHAINED, call.group(3)));
        }
        assertThat(example).contains("lab.training().fineTune(");
    }

    /** The loss of a command line; settings of the training are checked beside it. */
    private static LossChoice shell(String line) {
        List<String> words = List.of(line.split(" ", -1));
        Map<String, String> settings = new LinkedHashMap<>();
        String loss = "";
        for (int i = 0; i < words.size(); i += 2) {
            String value = words.get(i + 1);
            switch (words.get(i)) {
                case "--loss" -> loss = value;
                case "--set" -> settings.put(value.substring(0, value.indexOf('=')), value.substring(value.indexOf('=') + 1));
                case "--batch-size", "--learning-rate" ->
                    settings.put(words.get(i).substring(2).replace('-', '_'), value);
                case "--model", "--data" -> assertThat(value).isNotBlank();
                default -> throw new AssertionError("no option of this test: " + words.get(i));
            }
        }
        LossChoice choice = Losses.named(loss);
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            if (setting.getKey().startsWith("loss.")) {
                choice = choice.with(setting.getKey().substring("loss.".length()), setting.getValue());
            } else {
                TrainingSetting known = TrainingSetting.of(setting.getKey());
                assertThat(known.check(setting.getValue())).isNotNull();
            }
        }
        return choice;
    }

    @Test
    void theIndexNamesEachPage() throws IOException {
        List<String> linked = found(LINK, read("README")).stream().filter(link -> !link.contains("/")).distinct().sorted().toList();
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(file -> !file.equals("README.md")).sorted().toList())
                    .isEqualTo(linked)
                    .isEqualTo(pages().map(page -> page + ".md").sorted().toList());
        }
    }
}
