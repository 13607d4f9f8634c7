package io.github.embeddinglab.evaluation.leakage;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.embeddinglab.testkit.Seeds;
import io.github.embeddinglab.testkit.SharedData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two hundred leaks planted in real texts of different length, fifty of each kind. Half of a set plays the training data;
 * what is found in the other half is printed, not held against a limit: real sets hold near duplicates of their own.
 */
@Tag("quality")
@ExtendWith(Seeds.class)
class PlantedLeaksTest {
    private static final int EACH = 50;
    private static final int SPLITS = 5;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "retrieval/cosqa-dev/queries.jsonl", "classification/banking77.train.tsv.gz", "sts/stsb.en.train.tsv.gz",
                "classification/stackoverflow-titles.tsv.gz"
            })
    void areFound(String file, Seeds.Seed seed) {
        Path path = SharedData.require("data").resolve(file);
        Random random = seed.random();
        List<String> texts = new ArrayList<>(new LinkedHashSet<>(
                TextFields.read(List.of(path), List.of()).stream().map(TextFields.Placed::text).toList()));
        int[] found = new int[4];
        int planted = 0;
        int others = 0;
        int alike = 0;
        for (int split = 0; split < SPLITS; split++) {
            Collections.shuffle(texts, random);
            List<String> training = texts.subList(0, texts.size() / 2);
            List<String> rest = texts.subList(texts.size() / 2, texts.size());
            LeakCheck check = LeakCheck.against(training);
            for (int kind = 0; kind < found.length; kind++) {
                List<String> leaks = new ArrayList<>();
                for (int i = 0; i < EACH; i++) {
                    leaks.add(changed(training.get(random.nextInt(training.size())), kind, rest, random));
                }
                found[kind] += check.find(leaks).size();
            }
            planted += EACH;
            others += rest.size();
            alike += check.find(rest).size();
        }
        double recall = (found[0] + found[1] + found[2] + found[3]) / (4.0 * planted);
        String line = String.format(Locale.ROOT, "%s: %d texts; found %.3f exact, %.3f case, %.3f punctuation, %.3f one word, %.3f all; %.4f of %d texts of the other half",
                file, texts.size(), share(found[0], planted), share(found[1], planted), share(found[2], planted), share(found[3], planted),
                recall, share(alike, others), others);
        System.out.println(line);
        assertThat(recall).as(line + " " + seed).isGreaterThanOrEqualTo(0.95);
    }

    private static double share(int part, int of) {
        return (double) part / of;
    }

    private static String changed(String text, int kind, List<String> others, Random random) {
        String[] words = text.strip().split("\\s+");
        return switch (kind) {
            case 0 -> text;
            case 1 -> text.toUpperCase(Locale.ROOT);
            case 2 -> String.join(", ", words) + " !";
            default -> {
                // a word that the collection has, so that nothing but its place is odd
                String[] donor = others.get(random.nextInt(others.size())).strip().split("\\s+");
                words[random.nextInt(words.length)] = donor[random.nextInt(donor.length)];
                yield String.join(" ", words);
            }
        };
    }
}
