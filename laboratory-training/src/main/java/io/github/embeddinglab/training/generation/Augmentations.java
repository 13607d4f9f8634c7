package io.github.embeddinglab.training.generation;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.training.data.KeyedRandom;
import io.github.embeddinglab.training.data.TrainingSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** The augmentations that are here; words are what stands between spaces (Wei and Zou 2019, but for the crop). */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Augmentations {
    private Augmentations() {}

    /**
     * Leaves out words.
     *
     * @param share probability of each word, above 0 and below 1; the last word left stays
     * @return the augmentation
     */
    public static Augmentation deletion(double share) {
        requireShare("deletion", share);
        return (text, random) -> {
            String[] words = words(text);
            int safe = random.nextInt(words.length);
            List<String> kept = new ArrayList<>();
            for (int i = 0; i < words.length; i++) {
                boolean drop = random.nextDouble() < share;
                if (i == safe || !drop) {
                    kept.add(words[i]);
                }
            }
            return String.join(" ", kept);
        };
    }

    /**
     * Exchanges words.
     *
     * @param share of the words that change places, above 0 and below 1; at least two do
     * @return the augmentation
     */
    public static Augmentation swap(double share) {
        requireShare("swap", share);
        return (text, random) -> {
            List<String> words = new ArrayList<>(Arrays.asList(words(text)));
            if (words.size() > 1) {
                int swaps = Math.max(1, (int) Math.round(share * words.size() / 2));
                for (int i = 0; i < swaps; i++) {
                    int one = random.nextInt(words.size());
                    int other = (one + 1 + random.nextInt(words.size() - 1)) % words.size();
                    Collections.swap(words, one, other);
                }
            }
            return String.join(" ", words);
        };
    }

    /**
     * Keeps a run of words.
     *
     * @param share of the words that are kept, above 0 and below 1; at least one is
     * @return the augmentation
     */
    public static Augmentation spanCrop(double share) {
        requireShare("crop", share);
        return (text, random) -> {
            String[] words = words(text);
            int count = Math.max(1, (int) Math.round(share * words.length));
            int first = random.nextInt(words.length - count + 1);
            return String.join(" ", Arrays.asList(words).subList(first, first + count));
        };
    }

    /**
     * Replaces words.
     *
     * @param synonyms by lower-case word, from {@link #synonymLists}
     * @param share probability of each word that has synonyms, above 0 and below 1
     * @return the augmentation
     */
    public static Augmentation synonyms(Map<String, List<String>> synonyms, double share) {
        requireShare("synonyms", share);
        Map<String, List<String>> copy = Map.copyOf(synonyms);
        return (text, random) -> {
            String[] words = words(text);
            for (int i = 0; i < words.length; i++) {
                List<String> others = copy.getOrDefault(words[i].toLowerCase(Locale.ROOT), List.of());
                if (!others.isEmpty() && random.nextDouble() < share) {
                    words[i] = others.get(random.nextInt(others.size()));
                }
            }
            return String.join(" ", words);
        };
    }

    /**
     * Lists of words that mean the same, one list a line, with commas between.
     *
     * @param lines as in {@code car, automobile}
     * @return by lower-case word, the others of its lists
     * @throws InvalidInputException when a line has fewer than two words
     */
    public static Map<String, List<String>> synonymLists(List<String> lines) {
        Map<String, List<String>> synonyms = new HashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            List<String> words = Arrays.stream(lines.get(i).split(","))
                    .map(word -> word.strip().toLowerCase(Locale.ROOT))
                    .filter(word -> !word.isEmpty())
                    .toList();
            if (words.size() < 2) {
                throw new InvalidInputException(
                        "line " + (i + 1) + " of the synonyms is \"" + lines.get(i) + "\"; give at least two words with commas between");
            }
            for (String word : words) {
                words.stream()
                        .filter(other -> !other.equals(word))
                        .forEach(other -> synonyms.computeIfAbsent(word, key -> new ArrayList<>()).add(other));
            }
        }
        return synonyms;
    }

    /**
     * The augmentations that need no list, with usual settings: deletion and swap of a tenth, crop to seven tenths.
     *
     * @return by name
     */
    public static Map<String, Augmentation> defaults() {
        Map<String, Augmentation> all = new LinkedHashMap<>();
        all.put("deletion", deletion(0.1));
        all.put("swap", swap(0.1));
        all.put("crop", spanCrop(0.7));
        return all;
    }

    /**
     * Adds changed copies of rows: their first text (the query) goes through one augmentation after the other. Copies that
     * come out as they were are left out. A copy stays in its row's group.
     *
     * @param set rows; not documents
     * @param augmentations applied in order, at least one
     * @param copies of each row
     * @param seed keyed with row and copy
     * @return the rows and their copies
     */
    public static TrainingSet withCopies(TrainingSet set, List<Augmentation> augmentations, int copies, long seed) {
        if (augmentations.isEmpty() || copies < 1 || set.form() == Form.DOCUMENTS) {
            throw new InvalidInputException("augmentation of " + set.form().words() + " with " + augmentations.size()
                    + " augmentations and " + copies + " copies; give rows with a query or a text, and at least 1 of each");
        }
        List<TrainingRow> rows = new ArrayList<>();
        for (int i = 0; i < set.rows().size(); i++) {
            TrainingRow row = set.rows().get(i);
            TrainingRow grouped = row.group().isEmpty() ? row.inGroup("row " + (i + 1)) : row;
            rows.add(grouped);
            for (int copy = 0; copy < copies; copy++) {
                String text = row.texts().get(0);
                for (int step = 0; step < augmentations.size(); step++) {
                    text = augmentations.get(step).apply(text, KeyedRandom.at(seed, i, copy, step));
                }
                if (!text.equals(row.texts().get(0))) {
                    List<String> texts = new ArrayList<>(row.texts());
                    texts.set(0, text);
                    rows.add(new TrainingRow(texts, row.score(), row.label(), grouped.group(), row.set()));
                }
            }
        }
        return set.withRows(rows);
    }

    private static String[] words(String text) {
        return text.strip().split("\\s+");
    }

    private static void requireShare(String name, double share) {
        if (!(share > 0 && share < 1)) {
            throw new InvalidInputException("the share of " + name + " is " + share + "; give a fraction between 0 and 1");
        }
    }
}
