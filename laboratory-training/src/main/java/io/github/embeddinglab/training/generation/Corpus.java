package io.github.embeddinglab.training.generation;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.TrainingData.Form;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.training.data.TrainingSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Documents, and in how many of them each word stands. Immutable. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Corpus {
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{N}]{2,}(?:[._-][\\p{L}\\p{M}\\p{N}]+)*");
    private static final Pattern SENTENCE_END = Pattern.compile("(?<=[.!?])\\s+(?=[\\p{Lu}\\p{N}\"'(`*-])|(?<=[。！？])|\\R+");
    private static final String EAST = "\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}";
    private static final String SOUTH = "\\p{IsThai}\\p{IsLao}\\p{IsKhmer}\\p{IsMyanmar}";
    private static final Pattern COUNTED =
            Pattern.compile("[" + EAST + "]{1,2}|[" + SOUTH + "]{1,4}|[^\\s" + EAST + SOUTH + "]+");
    private static final double SATURATION = 1.2;

    private final List<Document> documents;
    private final Map<String, Integer> frequencies = new HashMap<>();

    private Corpus(List<Document> documents) {
        this.documents = List.copyOf(documents);
        for (Document document : this.documents) {
            Set<String> own = new HashSet<>(words(document.text()));
            own.forEach(word -> frequencies.merge(word, 1, Integer::sum));
        }
    }

    /**
     * A document.
     *
     * @param title or heading path with {@code >} between its parts; may be empty
     * @param text the body
     * @param group what it is a part of, as a file; neighbours share it; empty where unknown
     */
    public record Document(String title, String text, String group) {
        /**
         * The last part of the title.
         *
         * @return the heading next to the text; empty where there is no title
         */
        public String heading() {
            return title.substring(title.lastIndexOf('>') + 1).strip();
        }
    }

    /**
     * Counts the words of documents.
     *
     * @param set of the form DOCUMENTS
     * @return a corpus
     * @throws InvalidInputException when the form is another
     */
    public static Corpus of(TrainingSet set) {
        if (set.form() != Form.DOCUMENTS) {
            throw new InvalidInputException("pairs are made from documents, but " + set.name() + " holds " + set.form().words()
                    + "; give texts with the column text, and title where there is one");
        }
        List<Document> documents = new ArrayList<>();
        for (TrainingRow row : set.rows()) {
            documents.add(new Document(row.texts().get(0), row.texts().get(1), row.group()));
        }
        return new Corpus(documents);
    }

    /**
     * The documents.
     *
     * @return in order
     */
    public List<Document> documents() {
        return documents;
    }

    /**
     * The words that tell a text from the others: the highest tf / (tf + 1.2) * ln(1 + (N - n + .5) / (n + .5)), the term
     * weight of BM25 without its length norm, ties in order of the text.
     *
     * @param text of a document
     * @param count at most
     * @return lower-case words in the order of their first place in the text
     */
    public List<String> keywords(String text, int count) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        words(text).forEach(word -> counts.merge(word, 1, Integer::sum));
        List<String> order = List.copyOf(counts.keySet());
        return order.stream()
                .filter(word -> !word.matches("[\\p{N}._-]+"))
                .sorted(Comparator.comparingDouble((String word) -> -weight(word, counts.getOrDefault(word, 0))))
                .limit(count)
                .sorted(Comparator.comparingInt(order::indexOf))
                .toList();
    }

    private double weight(String word, int count) {
        int containing = frequencies.getOrDefault(word, 0);
        double rarity = Math.log(1 + (documents.size() - containing + 0.5) / (containing + 0.5));
        return count / (count + SATURATION) * rarity;
    }

    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(text.toLowerCase(Locale.ROOT));
        while (matcher.find()) {
            words.add(matcher.group());
        }
        return words;
    }

    /**
     * About how many words a text has: what stands between spaces; in scripts that write none between words, one for two letters of Chinese
     * or Japanese and for four of Thai, Lao, Khmer or Burmese.
     */
    static int count(String text) {
        return (int) COUNTED.matcher(text).results().count();
    }

    /** Sentences by their marks and line ends; none is blank. */
    static List<String> sentences(String text) {
        return SENTENCE_END.splitAsStream(text).map(String::strip).filter(part -> !part.isEmpty()).toList();
    }
}
