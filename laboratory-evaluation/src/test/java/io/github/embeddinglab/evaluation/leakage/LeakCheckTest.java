package io.github.embeddinglab.evaluation.leakage;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.embeddinglab.evaluation.data.DataFiles;
import io.github.embeddinglab.testkit.Seeds;
import io.github.embeddinglab.testkit.SharedData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    private static List<String> texts(String set) {
        Path data = SharedData.require("data");
        return switch (set) {
            case "cosqa" -> List.copyOf(DataFiles.retrieval(data.resolve("retrieval/cosqa-dev")).queries().values());
            case "cranfield" -> List.copyOf(DataFiles.retrieval(data.resolve("retrieval/cranfield")).documents().values());
            case "banking77" -> labelled(data.resolve("classification/banking77.test.tsv.gz"), "text");
            case "stackoverflow" -> labelled(data.resolve("classification/stackoverflow-titles.tsv.gz"), "title");
            default -> DataFiles.similarity(List.of(data.resolve("sts/stsb.en.dev.tsv.gz")), Map.of()).first();
        };
    }

    private static List<String> labelled(Path file, String column) {
        return DataFiles.labelled(List.of(file), Map.of("text", column)).texts();
    }

    /**
     * 200 leaks planted from half of a real collection, a quarter each: exact, in capitals, with punctuation, one word
     * changed. Texts of other collections are no leaks. The other half of the same collection is told apart and not judged:
     * what is met there was written by other people in nearly the same words.
     */
    @ParameterizedTest
    @ValueSource(strings = {"cosqa", "banking77", "stsb", "stackoverflow", "cranfield"})
    @Tag("quality")
    void findsPlantedLeaksWithoutFalseAlarms(String set, Seeds.Seed seed) {
        Random random = seed.random();
        List<String> all = new ArrayList<>(texts(set));
        Collections.shuffle(all, random);
        List<String> training = all.subList(0, all.size() / 2);
        List<String> words = training.stream().flatMap(text -> Arrays.stream(text.strip().split(" "))).toList();
        List<String> planted = new ArrayList<>();
        while (planted.size() < 200) {
            String text = training.get(random.nextInt(training.size()));
            String[] own = text.strip().split(" ");
            planted.add(switch (planted.size() % 4) {
                case 0 -> text;
                case 1 -> text.toUpperCase(Locale.ROOT);
                case 2 -> String.join(", ", own) + "!";
                default -> {
                    own[random.nextInt(own.length)] = words.get(random.nextInt(words.size()));
                    yield String.join(" ", own);
                }
            });
        }
        LeakCheck check = LeakCheck.against(training);
        int found = check.find(planted).size();
        List<String> foreign = Stream.of("cosqa", "banking77", "stsb", "stackoverflow", "cranfield")
                .filter(other -> !other.equals(set))
                .flatMap(other -> texts(other).stream().limit(1_000))
                .toList();
        int alarms = check.find(foreign).size();
        List<String> rest = all.subList(training.size(), all.size());
        System.out.printf(Locale.ROOT, "| %s | %d | %d of 200 | %d of %d | %.3f |%n", set, training.size(), found, alarms,
                foreign.size(), (double) check.find(rest).size() / rest.size());
        assertThat(found).as(seed::toString).isGreaterThanOrEqualTo(190);
        assertThat(alarms).as(seed::toString).isLessThanOrEqualTo(foreign.size() / 100);
    }
}
