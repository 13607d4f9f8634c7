package io.github.embeddinglab.core.decoration;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Word salad, the same for a seed. */
final class Sentences {
    private static final List<String> WORDS = List.of(
            "water", "stone", "house", "paper", "light", "river", "window", "garden", "letter", "engine", "winter", "market",
            "number", "signal", "planet", "doctor", "bridge", "silver", "forest", "music");

    private Sentences() {}

    static List<String> random(long seed, int count, int words) {
        Random random = new Random(seed);
        List<String> sentences = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<String> sentence = new ArrayList<>();
            for (int j = 0; j < words; j++) {
                sentence.add(WORDS.get(random.nextInt(WORDS.size())));
            }
            sentences.add(String.join(" ", sentence));
        }
        return sentences;
    }
}
