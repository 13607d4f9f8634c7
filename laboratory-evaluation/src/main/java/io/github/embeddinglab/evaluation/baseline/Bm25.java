package io.github.embeddinglab.evaluation.baseline;

import io.github.embeddinglab.api.Fingerprint;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * BM25 (Robertson and Zaragoza 2009) with k1 = 0.9, b = 0.4 and the idf ln(1 + (N - n + .5) / (n + .5)), over lower-cased
 * words of at least two letters or digits, without stemming or stop words. Immutable; O(postings of the query's words) a
 * query.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Bm25 {
    /** Stands for this method and its settings. */
    public static final Fingerprint FINGERPRINT = fingerprint("bm25 k1=0.9 b=0.4 \\w\\w+ lower-case");

    private static final double K1 = 0.9;
    private static final double B = 0.4;
    /** As the reference's pattern of word characters: a combining mark, as of a stressed vowel, ends a word. */
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_]{2,}");

    private final Map<String, List<Posting>> postings = new HashMap<>();
    private final double[] norms;

    private record Posting(int document, int count) {}

    private Bm25(List<String> documents) {
        norms = new double[documents.size()];
        double sum = 0;
        for (int document = 0; document < norms.length; document++) {
            Map<String, Integer> counts = words(documents.get(document));
            for (Map.Entry<String, Integer> entry : counts.entrySet()) {
                postings.computeIfAbsent(entry.getKey(), word -> new ArrayList<>())
                        .add(new Posting(document, entry.getValue()));
                norms[document] += entry.getValue();
            }
            sum += norms[document];
        }
        double mean = Math.max(1, sum) / Math.max(1, norms.length);
        for (int document = 0; document < norms.length; document++) {
            norms[document] = K1 * (1 - B + B * norms[document] / mean);
        }
    }

    /**
     * Counts the words of documents.
     *
     * @param documents texts
     * @return the index
     */
    public static Bm25 over(List<String> documents) {
        return new Bm25(documents);
    }

    private static Map<String, Integer> words(String text) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        Matcher matcher = WORD.matcher(text.toLowerCase(Locale.ROOT));
        while (matcher.find()) {
            counts.merge(matcher.group(), 1, Integer::sum);
        }
        return counts;
    }

    /**
     * Scores all documents.
     *
     * @param query a text; a repeated word counts each time
     * @return one score for each document, 0 where no word is shared
     */
    public float[] scores(String query) {
        double[] scores = new double[norms.length];
        words(query).forEach((word, times) -> {
            List<Posting> list = postings.getOrDefault(word, List.of());
            double idf = Math.log(1 + (norms.length - list.size() + 0.5) / (list.size() + 0.5));
            for (Posting posting : list) {
                scores[posting.document()] +=
                        times * idf * posting.count() / (posting.count() + norms[posting.document()]);
            }
        });
        float[] floats = new float[scores.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) scores[i];
        }
        return floats;
    }

    private static Fingerprint fingerprint(String settings) {
        try {
            return new Fingerprint(HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-256").digest(settings.getBytes(StandardCharsets.UTF_8))));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
