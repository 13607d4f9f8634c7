package io.github.embeddinglab.evaluation.leakage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Finds texts that occur among others: exactly, with other case, spaces or punctuation, with one word replaced, added or
 * left out (texts of four words or more), or sharing half of their three-word shingles or more (Jaccard; Broder 1997; texts
 * of eight words or more). Preparing costs O(words of the training texts), a lookup O(words of the text) and the postings
 * of its shingles.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class LeakCheck {
    private static final int LEAST_WORDS = 4;
    private static final int LEAST_SHINGLE_WORDS = 8;
    private static final int SHINGLE = 3;
    private static final double ALIKE = 0.5;

    private final List<List<String>> training = new ArrayList<>();
    private final Map<List<String>, Integer> exact = new HashMap<>();
    private final Map<List<String>, Integer> oneReplaced = new HashMap<>();
    private final Map<List<String>, Integer> oneLess = new HashMap<>();
    private final Map<List<String>, List<Integer>> shingles = new HashMap<>();

    private LeakCheck(List<String> texts) {
        for (int i = 0; i < texts.size(); i++) {
            List<String> words = words(texts.get(i));
            training.add(words);
            exact.putIfAbsent(words, i);
            if (words.size() >= LEAST_WORDS) {
                for (int gap = 0; gap < words.size(); gap++) {
                    oneReplaced.putIfAbsent(marked(words, gap), i);
                    oneLess.putIfAbsent(compact(marked(words, gap)), i);
                }
            }
            if (words.size() >= LEAST_SHINGLE_WORDS) {
                for (List<String> shingle : shingles(words)) {
                    shingles.computeIfAbsent(shingle, key -> new ArrayList<>()).add(i);
                }
            }
        }
    }

    /** How alike two texts are. */
    public enum Kind {
        /** Equal but for case, spaces and punctuation. */
        SAME,
        /** One word replaced, added or left out. */
        ONE_WORD,
        /** Half of the three-word shingles are shared. */
        SHINGLES
    }

    /**
     * A text that was seen.
     *
     * @param text its place among the evaluation texts
     * @param trainingText the place of the training text that it is like
     * @param kind how alike they are
     */
    public record Leak(int text, int trainingText, Kind kind) {}

    /**
     * Remembers what was trained on.
     *
     * @param texts any number
     * @return a check to ask
     */
    public static LeakCheck against(List<String> texts) {
        return new LeakCheck(texts);
    }

    /**
     * Finds leaks.
     *
     * @param texts evaluation texts
     * @return at most one for each text, in order
     */
    public List<Leak> find(List<String> texts) {
        List<Leak> leaks = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            Leak leak = find(i, words(texts.get(i)));
            if (leak != null) {
                leaks.add(leak);
            }
        }
        return leaks;
    }

    private @Nullable Leak find(int text, List<String> words) {
        if (words.isEmpty()) {
            return null;
        }
        Integer same = exact.get(words);
        if (same != null) {
            return new Leak(text, same, Kind.SAME);
        }
        if (words.size() >= LEAST_WORDS) {
            Integer near = oneLess.get(words);
            for (int gap = 0; gap < words.size() && near == null; gap++) {
                List<String> rest = marked(words, gap);
                near = oneReplaced.get(rest);
                near = near == null ? exact.get(compact(rest)) : near;
            }
            if (near != null) {
                return new Leak(text, near, Kind.ONE_WORD);
            }
        }
        return words.size() < LEAST_SHINGLE_WORDS ? null : byShingles(text, words);
    }

    private @Nullable Leak byShingles(int text, List<String> words) {
        Set<List<String>> own = shingles(words);
        Map<Integer, Integer> shared = new HashMap<>();
        for (List<String> shingle : own) {
            for (int other : shingles.getOrDefault(shingle, List.of())) {
                shared.merge(other, 1, Integer::sum);
            }
        }
        Leak best = null;
        double most = ALIKE;
        for (Map.Entry<Integer, Integer> entry : shared.entrySet()) {
            int all = own.size() + shingles(training.get(entry.getKey())).size() - entry.getValue();
            double jaccard = (double) entry.getValue() / all;
            if (jaccard >= most) {
                most = jaccard;
                best = new Leak(text, entry.getKey(), Kind.SHINGLES);
            }
        }
        return best;
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{M}\\p{N}]+"))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /** The words with a mark in one place, so that a replaced word is met at its place only. */
    private static List<String> marked(List<String> words, int gap) {
        List<String> rest = new ArrayList<>(words);
        rest.set(gap, "");
        return rest;
    }

    private static List<String> compact(List<String> words) {
        return words.stream().filter(word -> !word.isEmpty()).toList();
    }

    private static Set<List<String>> shingles(List<String> words) {
        Set<List<String>> shingles = new HashSet<>();
        for (int i = 0; i + SHINGLE <= words.size(); i++) {
            shingles.add(List.copyOf(words.subList(i, i + SHINGLE)));
        }
        return shingles;
    }
}
