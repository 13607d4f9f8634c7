package io.github.embeddinglab.training.room;

import io.github.embeddinglab.api.training.TrainingRow;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A language that a tiny model can learn: each of some words has a partner, a query of two words is answered by the document of
 * their partners. Whoever knows the partners also answers pairs of words that training did not have.
 */
final class WordPairs {
    private static final List<String> WORDS = List.of(
            "long", "work", "with", "under", "copy", "term", "covered", "source", "such", "software", "other", "version", "program", "code",
            "your", "form", "mean", "convey", "copyright", "patent", "from", "public", "rights", "works", "shall", "conditions", "which",
            "notice", "must", "object", "limit", "section", "warranty", "general", "addition", "licenses");

    private WordPairs() {}

    /**
     * Pairs.
     *
     * @param count all different
     * @param shuffled whether documents belong to the next row's query, so that nothing can be learned
     * @param seed of the draw
     */
    static List<TrainingRow> rows(int count, boolean shuffled, long seed) {
        int half = WORDS.size() / 2;
        List<int[]> all = new ArrayList<>();
        for (int a = 0; a < half; a++) {
            for (int b = 0; b < half; b++) {
                all.add(new int[] {a, b});
            }
        }
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = all.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int[] swapped = all.get(i);
            all.set(i, all.get(j));
            all.set(j, swapped);
        }
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int[] query = all.get(i);
            int[] document = all.get(shuffled ? (i + count / 2) % count : i);
            rows.add(TrainingRow.pair(
                    WORDS.get(query[0]) + " " + WORDS.get(query[1]),
                    WORDS.get(half + document[0]) + " " + WORDS.get(half + document[1])));
        }
        return rows;
    }
}
