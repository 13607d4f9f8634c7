package io.github.embeddinglab.training.room;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.embeddinglab.api.training.TrainingData;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.testkit.Seeds;
import io.github.embeddinglab.testkit.Seeds.Seed;
import io.github.embeddinglab.training.data.TrainingSet;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Labelled texts in two halves. */
@Tag("unit")
@ExtendWith(Seeds.class)
class OtherRowsTest {
    @Test
    void eachLabelIsHalvedAndGroupsStayTogether(Seed seed) {
        SplittableRandom random = new SplittableRandom(seed.value());
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            TrainingRow row = TrainingRow.labelled("label " + i % 3, "text " + random.nextInt(100));
            rows.add(random.nextInt(4) == 0 ? row.inGroup("page " + i / 12) : row);
        }
        TrainingSet set = TrainingSet.read(TrainingData.labelled(rows));
        OtherRows.Halves halves = OtherRows.halves(set, seed.value());
        assertThat(halves.learned().column(0)).doesNotContainAnyElementsOf(halves.tested().column(0));
        assertThat(groups(halves.learned())).doesNotContainAnyElementsOf(groups(halves.tested()));
        assertThat(Stream.of(halves.learned(), halves.tested()).flatMap(half -> half.rows().stream())).isSubsetOf(rows);
        for (TrainingSet half : List.of(halves.learned(), halves.tested())) {
            assertThat(half.rows().stream().map(TrainingRow::label).distinct()).containsExactlyInAnyOrder("label 0", "label 1", "label 2");
        }
        assertThat(OtherRows.halves(set, seed.value())).isEqualTo(halves);
    }

    @Test
    void withoutGroupsTheHalvesAreOfOneSize() {
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            rows.add(TrainingRow.labelled(i % 4 == 0 ? "rare" : "often", "text " + i));
        }
        OtherRows.Halves halves = OtherRows.halves(TrainingSet.read(TrainingData.labelled(rows)), 7);
        for (TrainingSet half : List.of(halves.learned(), halves.tested())) {
            assertThat(half.rows().stream().collect(Collectors.groupingBy(TrainingRow::label, Collectors.counting())))
                    .containsEntry("rare", 10L).containsEntry("often", 30L);
        }
    }

    private static List<String> groups(TrainingSet set) {
        return set.rows().stream().map(TrainingRow::group).filter(group -> !group.isEmpty()).distinct().toList();
    }
}
