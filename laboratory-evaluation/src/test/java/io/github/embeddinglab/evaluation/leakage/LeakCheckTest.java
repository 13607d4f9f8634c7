package io.github.embeddinglab.evaluation.leakage;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.embeddinglab.evaluation.data.DataFiles;
import io.github.embeddinglab.testkit.Seeds;
import io.github.embeddinglab.testkit.SharedData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeds.class)
class LeakCheckTest {
    @Test
    @Tag("unit")
    void namesTheKind() {
        LeakCheck check = LeakCheck.against(List.of("How do I merge sorted segments?", "a b", "one two three four five six"));
        assertThat(check.find(List.of(
                        "how do i  MERGE sorted segments",
                        "How do I merge large segments?",
                        "How do I merge segments?",
                        "How do I really merge sorted segments?",
                        "Why would you open a file?",
                        "",
                        "a c")))
                .containsExactly(
                        new LeakCheck.Leak(0, 0, LeakCheck.Kind.SAME),
                        new LeakCheck.Leak(1, 0, LeakCheck.Kind.ONE_WORD),
                        new LeakCheck.Leak(2, 0, LeakCheck.Kind.ONE_WORD),
                        new LeakCheck.Leak(3, 0, LeakCheck.Kind.ONE_WORD));
        assertThat(LeakCheck.against(List.of("the quick brown fox jumps over the lazy dog in the morning sun"))
                        .find(List.of("today the quick brown fox jumps over the lazy dog in the evening light")))
                .containsExactly(new LeakCheck.Leak(0, 0, LeakCheck.Kind.SHINGLES));
    }

    /** 200 leaks planted among questions of one real collection; 2,000 questions of others are no leaks. */
    @Test
    @Tag("quality")
    void findsPlantedLeaksWithoutFalseAlarms(Seeds.Seed seed) {
        Path data = SharedData.require("data");
        List<String> training = DataFiles.labelled(
                        List.of(data.resolve("classification/stackoverflow-titles.tsv.gz")), Map.of("text", "title"))
                .texts();
        Random random = seed.random();
        List<String> planted = new ArrayList<>();
        while (planted.size() < 200) {
            String text = training.get(random.nextInt(training.size()));
            String[] words = text.strip().split(" ");
            if (words.length < 5) {
                continue;
            }
            planted.add(switch (planted.size() % 4) {
                case 0 -> text;
                case 1 -> text.toUpperCase(Locale.ROOT);
                case 2 -> String.join(", ", words) + "!";
                default -> {
                    words[random.nextInt(words.length)] = "somethingelse";
                    yield String.join(" ", words);
                }
            });
        }
        LeakCheck check = LeakCheck.against(training);
        assertThat(check.find(planted)).as(seed::toString).hasSizeGreaterThanOrEqualTo(190);
        List<String> clean = DataFiles.labelled(
                        List.of(data.resolve("classification/banking77.test.tsv.gz")), Map.of())
                .texts()
                .subList(0, 2_000);
        assertThat(check.find(clean)).hasSizeLessThanOrEqualTo(20);
    }
}
