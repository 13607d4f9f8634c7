package io.github.embeddinglab.examples.corpus;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.text.Normalizer;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Counts WordPiece tokens by the vocabulary of a {@code tokenizer.json}: greedy, longest piece first, as BERT does. */
final class WordPieceCounter {
    private static final int LONGEST_WORD = 100;

    private final Set<String> vocabulary = new HashSet<>();

    WordPieceCounter(InputStream tokenizerJson) throws IOException {
        new JsonMapper().readTree(tokenizerJson).path("model").path("vocab").fieldNames().forEachRemaining(vocabulary::add);
    }

    int vocabularySize() {
        return vocabulary.size();
    }

    /** Tokens of {@code text} with the two special ones. */
    int count(String text) {
        String plain = Normalizer.normalize(text.toLowerCase(Locale.ROOT), Normalizer.Form.NFD).replaceAll("\\p{Mn}", "");
        String spaced = plain.replaceAll("[!-/:-@\\[-`{-~\\p{P}\\p{IsHan}]", " $0 ").strip();
        int tokens = 2;
        for (String word : spaced.split("\\s+", -1)) {
            tokens += pieces(word);
        }
        return tokens;
    }

    private int pieces(String word) {
        if (word.isEmpty() || word.length() > LONGEST_WORD) {
            return word.isEmpty() ? 0 : 1;
        }
        int pieces = 0;
        int start = 0;
        while (start < word.length()) {
            int end = word.length();
            while (end > start && !vocabulary.contains((start == 0 ? "" : "##") + word.substring(start, end))) {
                end--;
            }
            if (end == start) {
                return 1;
            }
            pieces++;
            start = end;
        }
        return pieces;
    }
}
