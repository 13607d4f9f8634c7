package io.github.embeddinglab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.embeddinglab.api.training.Strategy;
import io.github.embeddinglab.api.training.TrainingSetting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The settings of a training stand in docs/command-line.md and in {@code lab fine-tune --settings} as the code has them. */
@Tag("unit")
class SettingsTableTest {
    private static final Path DOCUMENT = Path.of("../docs/command-line.md");
    private static final Pattern ROW = Pattern.compile("\\| `([a-z_]+)` \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\|");
    private static final Pattern STRATEGY = Pattern.compile("(loss )?`([a-z-]+)`");

    private static final List<String> KEYS = Arrays.stream(TrainingSetting.values()).map(TrainingSetting::key).toList();

    /** Rows by key: what it does, values, default, read by. */
    private static Map<String, List<String>> table() throws IOException {
        String text = Files.readString(DOCUMENT);
        String section = text.substring(text.indexOf("\n### Settings\n"), text.indexOf("\n## lab generate\n"));
        Map<String, List<String>> rows = new LinkedHashMap<>();
        section.lines().filter(line -> line.startsWith("| `")).forEach(line -> {
            MatchResult row = ROW.matcher(line).results().findFirst().orElseThrow(() -> new AssertionError("no row of five cells: " + line));
            assertThat(row.group(0)).as("the whole line").isEqualTo(line);
            assertThat(rows.put(row.group(1), List.of(row.group(2), row.group(3), row.group(4), row.group(5)))).as(row.group(1)).isNull();
        });
        return rows;
    }

    @Test
    void everySettingStandsInTheDocumentWithItsValuesAndDefault() throws IOException {
        Map<String, List<String>> table = table();
        assertThat(table.keySet()).containsExactlyElementsOf(KEYS);
        for (TrainingSetting setting : TrainingSetting.values()) {
            List<String> row = table.getOrDefault(setting.key(), List.of());
            assertThat(row.get(1)).as("values of " + setting.key()).isEqualTo(SettingWords.values(setting));
            String byDefault = row.get(2);
            int others = byDefault.indexOf(" (");
            assertThat(others < 0 ? byDefault : byDefault.substring(0, others)).as("default of " + setting.key()).isEqualTo(SettingWords.byDefault(setting));
        }
    }

    @Test
    void whatReadsASettingIsAStrategyOrALoss() throws IOException {
        table().forEach((key, row) -> STRATEGY.matcher(row.get(3)).results().filter(found -> found.group(1) == null)
                .forEach(found -> assertThat(Strategy.parse(found.group(2))).as(key).isNotEqualTo(Strategy.AUTO)));
    }

    @Test
    void theDefaultsInWordsAreThoseThatAreTaken() {
        for (TrainingSetting setting : TrainingSetting.values()) {
            if (setting.byDefault() != null) {
                assertThat(setting.check(SettingWords.byDefault(setting))).as(setting.key()).isEqualTo(setting.byDefault());
            }
        }
        assertThat(SettingWords.byDefault(TrainingSetting.LEARNING_RATE)).isEqualTo("5e-5");
        assertThat(SettingWords.values(TrainingSetting.DROPOUT)).isEqualTo("0 to 0.9");
        assertThat(SettingWords.values(TrainingSetting.SEED)).isEqualTo("whole, 0 or more");
    }

    @Test
    void theCommandListsThemWithoutData() {
        Cli.Result listed = Cli.plain("fine-tune", "--settings").done();
        assertThat(listed.err()).isEmpty();
        assertThat(listed.out().lines().map(line -> line.split(" ", 2)[0])).containsSubsequence(KEYS);
        assertThat(listed.out()).contains("loss.KEY").contains("docs/command-line.md");
        JsonNode settings = Cli.plain("fine-tune", "--settings", "--json").done().json().path("settings");
        assertThat(settings.findValuesAsText("key")).isEqualTo(KEYS);
        assertThat(settings.get(KEYS.indexOf("batch_size")).path("default").intValue()).isEqualTo(32);
        assertThat(settings.get(KEYS.indexOf("epochs")).path("default").isNull()).isTrue();
    }

    @Test
    void theHelpLeadsThere() {
        assertThat(Cli.plain("fine-tune", "--help").done().out()).contains("--settings").contains("docs/command-line.md");
        Cli.plain("fine-tune").refused(Lab.WRONG_USE, "--data");
    }
}
