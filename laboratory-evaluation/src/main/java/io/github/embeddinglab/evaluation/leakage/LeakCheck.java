package io.github.embeddinglab.evaluation.leakage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/**
 * Finds texts that occur among others: exactly, with other case, spaces or punctuation, with one word replaced, added or
 * left out (texts of four words or more), or sharing half of their three-word shingles or more (Jaccard; Broder 1997; texts
 * of eight words or more). Punctuation within a word is read in both ways, as a gap between two words and as none:
 * "e-mail" is met as "e mail" and as "email", and "list.sort()" can be the one word that was replaced. Preparing costs time
 * and memory O(words of the training texts), a lookup O(words of the text) and the postings of its shingles.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class LeakCheck {
    private static final int LEAST_WORDS = 4;
    private static final int LEAST_SHINGLE_WORDS = 8;
    private static final double ALIKE = 0.5;
    private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}\\p{M}\\p{N}]+");
    private static final Pattern PUNCTUATION = Pattern.compile("[^\\p{L}\\p{M}\\p{N}\\s]+");
    /** No training text has it, so it is equal to none of their words. */
    private static final int UNKNOWN = 0;

    private final Map<String, Integer> vocabulary = new HashMap<>();
    /** Of each text one or two. */
    private final List<int[]> readings = new ArrayList<>();
    /** Whose reading it is. */
    private final List<Integer> textOf = new ArrayList<>();
    private final int[] shinglesOf;
    private final FirstPlaces whole;
    private final FirstPlaces oneReplaced;
    private final FirstPlaces oneLess;
    private final Map<Long, Postings> shingles = new HashMap<>();

    private LeakCheck(List<String> training) {
        int gaps = 0;
        for (int i = 0; i < training.size(); i++) {
            for (int[] words : readings(training.get(i), word -> vocabulary.computeIfAbsent(word, key -> vocabulary.size() + 1))) {
                readings.add(words);
                textOf.add(i);
                gaps += words.length;
            }
        }
        shinglesOf = new int[training.size()];
        whole = new FirstPlaces(readings.size());
        oneReplaced = new FirstPlaces(gaps);
        oneLess = new FirstPlaces(gaps);
        for (int i = 0; i < readings.size(); i++) {
            WordSequence words = new WordSequence(readings.get(i));
            remember(i, words);
            if (i == 0 || !textOf.get(i).equals(textOf.get(i - 1))) {
                rememberShingles(textOf.get(i), words);
            }
        }
    }

    private void remember(int reading, WordSequence words) {
        whole.add(words.hash(), reading);
        for (int gap = 0; gap < words.length() && words.length() >= LEAST_WORDS; gap++) {
            oneReplaced.add(words.hashReplacing(gap), reading);
            oneLess.add(words.hashWithout(gap), reading);
        }
    }

    private void rememberShingles(int text, WordSequence words) {
        if (words.length() >= LEAST_SHINGLE_WORDS) {
            long[] own = words.shingles();
            shinglesOf[text] = own.length;
            for (long shingle : own) {
                shingles.computeIfAbsent(shingle, key -> new Postings()).add(text);
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
     * @param trainingText the place of the training text that it is like, the first of several
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
            Leak leak = find(i, readings(texts.get(i), word -> vocabulary.getOrDefault(word, UNKNOWN)));
            if (leak != null) {
                leaks.add(leak);
            }
        }
        return leaks;
    }

    private @Nullable Leak find(int text, List<int[]> own) {
        List<WordSequence> sequences = own.stream().map(WordSequence::new).toList();
        for (int i = 0; i < sequences.size(); i++) {
            int same = whole.get(sequences.get(i).hash());
            if (same >= 0 && Arrays.equals(own.get(i), readings.get(same))) {
                return new Leak(text, textOf.get(same), Kind.SAME);
            }
        }
        for (int i = 0; i < sequences.size(); i++) {
            int near = own.get(i).length < LEAST_WORDS ? FirstPlaces.NONE : oneWordOff(sequences.get(i));
            // two texts may have one hash, if hardly ever
            if (near >= 0 && WordSequence.isOneWordApart(own.get(i), readings.get(near))) {
                return new Leak(text, textOf.get(near), Kind.ONE_WORD);
            }
        }
        return own.isEmpty() || own.get(0).length < LEAST_SHINGLE_WORDS ? null : byShingles(text, sequences.get(0));
    }

    private int oneWordOff(WordSequence words) {
        int near = oneLess.get(words.hash());
        for (int gap = 0; gap < words.length() && near < 0; gap++) {
            near = oneReplaced.get(words.hashReplacing(gap));
            near = near < 0 ? whole.get(words.hashWithout(gap)) : near;
        }
        return near;
    }

    private @Nullable Leak byShingles(int text, WordSequence words) {
        long[] own = words.shingles();
        Map<Integer, Integer> shared = new HashMap<>();
        for (long shingle : own) {
            Postings postings = shingles.get(shingle);
            for (int i = 0; postings != null && i < postings.size(); i++) {
                shared.merge(postings.get(i), 1, Integer::sum);
            }
        }
        Leak best = null;
        double most = 0;
        for (Map.Entry<Integer, Integer> entry : shared.entrySet()) {
            int other = entry.getKey();
            double jaccard = (double) entry.getValue()
                    / (own.length + shinglesOf[other] - entry.getValue());
            if (jaccard >= ALIKE && (best == null || jaccard > most || (jaccard == most && other < best.trainingText()))) {
                most = jaccard;
                best = new Leak(text, other, Kind.SHINGLES);
            }
        }
        return best;
    }

    /** The words of a text: punctuation between words and, where that differs, within words; none where there is no word. */
    private static List<int[]> readings(String text, ToIntFunction<String> number) {
        String lower = text.toLowerCase(Locale.ROOT);
        int[] between = words(lower).mapToInt(number).toArray();
        int[] within = words(PUNCTUATION.matcher(lower).replaceAll("")).mapToInt(number).toArray();
        return between.length == 0 ? List.of() : Arrays.equals(between, within) ? List.of(between) : List.of(between, within);
    }

    private static Stream<String> words(String text) {
        return BETWEEN_WORDS.splitAsStream(text).filter(word -> !word.isEmpty());
    }
}
