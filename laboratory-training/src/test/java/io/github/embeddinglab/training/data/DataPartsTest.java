package io.github.embeddinglab.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
class DataPartsTest {
    private static TrainingSet random(long seed, int rows) {
        SplittableRandom random = new SplittableRandom(seed);
        List<TrainingRow> made = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            TrainingRow row = TrainingRow.pair("Query, " + random.nextInt(rows), "document  " + random.nextInt(rows) + "!");
            made.add(random.nextInt(3) == 0 ? row.inGroup("file" + random.nextInt(rows / 4)) : row);
        }
        return TrainingSet.read(TrainingData.pairs(made));
    }

    private static Set<String> keys(TrainingSet set) {
        Set<String> keys = new HashSet<>();
        set.rows().forEach(row -> {
            row.texts().forEach(text -> keys.add(NormalizedText.of(text)));
            if (!row.group().isEmpty()) {
                keys.add("group " + row.group());
            }
        });
        return keys;
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    @DisplayName("No two parts share a group, a query or a document, no row is lost, and the same seed gives the same parts")
    void disjoint(long seed) {
        // dense enough that chains of shared texts occur, sparse enough that no chain takes all
        TrainingSet set = random(seed, 400);
        List<TrainingRow> rows = new ArrayList<>(set.rows());
        for (int i = 0; i < 400; i++) {
            rows.add(TrainingRow.pair("alone " + i, "by itself " + i));
        }
        TrainingSet all = set.withRows(rows);
        DataParts parts = DataParts.split(all, DataParts.Shares.defaults(), seed);
        Set<String> training = keys(parts.training());
        Set<String> selection = keys(parts.selection());
        Set<String> gate = keys(parts.gate());
        assertThat(training).as("seed %d", seed).doesNotContainAnyElementsOf(selection).doesNotContainAnyElementsOf(gate);
        assertThat(selection).as("seed %d", seed).doesNotContainAnyElementsOf(gate);

        List<TrainingRow> joined = new ArrayList<>(parts.training().rows());
        joined.addAll(parts.selection().rows());
        joined.addAll(parts.gate().rows());
        assertThat(joined).containsExactlyInAnyOrderElementsOf(rows);
        assertThat(parts.gate().rows().size()).isBetween(120, 160);
        assertThat(parts.selection().rows().size()).isBetween(40, 80);
        assertThat(parts.report().parts().sizes().values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(800);

        assertThat(DataParts.split(all, DataParts.Shares.defaults(), seed)).isEqualTo(parts);
        assertThat(DataParts.split(all, DataParts.Shares.defaults(), seed + 1).gate().rows())
                .isNotEqualTo(parts.gate().rows());
    }

    @Test
    @DisplayName("Case, spaces and punctuation do not make a new document; chains of shared texts stay together")
    void chains() {
        List<TrainingRow> rows = List.of(
                TrainingRow.pair("one", "The Document."),
                TrainingRow.pair("two", "the  document"),
                TrainingRow.pair("TWO!", "another"),
                TrainingRow.pair("three", "a third").inGroup("f"),
                TrainingRow.pair("four", "a fourth").inGroup("f"));
        assertThat(Groups.of(TrainingSet.read(TrainingData.pairs(rows))))
                .containsExactly(List.of(0, 1, 2), List.of(3, 4));
    }

    @Test
    @DisplayName("Copies and near copies are reported")
    void report() {
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            rows.add(TrainingRow.pair("how do I rotate the signing key number " + i, "text " + i + " of its own"));
        }
        rows.add(TrainingRow.pair("How do I rotate the signing key, number 3?", "TEXT 3 of its own"));
        DataParts parts = DataParts.split(TrainingSet.read(TrainingData.pairs(rows)), DataParts.Shares.defaults(), 7);
        assertThat(parts.report().rows().duplicates()).isEqualTo(1);
        assertThat(parts.report().rows().count()).isEqualTo(41);
        assertThat(parts.report().parts().groups()).isEqualTo(40);
        // every query of a later part differs from one of training in one word
        assertThat(parts.report().parts().leaks())
                .filteredOn(leak -> leak.text().toLowerCase(java.util.Locale.ROOT).startsWith("how do i"))
                .hasSize(parts.selection().rows().size() + parts.gate().rows().size())
                .allMatch(leak -> leak.kind().equals("one_word"));
        assertThat(parts.report().lines().get(0)).contains("41 rows of pairs, 1 of them copies");
    }

    @Test
    @DisplayName("Rows that all belong together cannot be divided")
    void together() {
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            rows.add(TrainingRow.pair("q" + i, "d" + i).inGroup("all"));
        }
        assertThatThrownBy(() -> DataParts.split(TrainingSet.read(TrainingData.pairs(rows)), DataParts.Shares.defaults(), 1))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("20 rows in 1 groups, the largest of 20 rows, leaves no row for selection");
        assertThatThrownBy(() -> new DataParts.Shares(0.5, 0.5)).hasMessageContaining("their sum below 1");
    }

    @Test
    @Tag("integration")
    @DisplayName("Documentation splits by file")
    void documentation() {
        Path shared = Path.of(System.getProperty("laboratory.shared", "../shared"));
        Path docs = shared.resolve("data/docs/spring-ai-sections.jsonl.gz");
        Assumptions.assumeTrue(Files.exists(docs), "the documentation sections are not here");
        TrainingSet set = TrainingSet.read(TrainingData.files(docs));
        assertThat(set.form()).isEqualTo(Form.DOCUMENTS);
        assertThat(set.rows()).hasSize(1249);
        DataParts parts = DataParts.split(set, new DataParts.Shares(0.1, 0.25), 42);
        Set<String> trained = new HashSet<>();
        parts.training().rows().forEach(row -> trained.add(row.group()));
        assertThat(parts.gate().rows()).noneMatch(row -> trained.contains(row.group()));
        assertThat(parts.gate().rows().size()).isBetween(250, 313);
    }
}
