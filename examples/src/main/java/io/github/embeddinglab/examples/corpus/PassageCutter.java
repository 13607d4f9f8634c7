package io.github.embeddinglab.examples.corpus;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Cuts paragraphs into passages at sentence borders; a sentence over the budget is cut between words.
 *
 * <p>The budget is WordPiece tokens of an uncased English vocabulary, estimated from above without one: a run of letters
 * costs one token up to four letters, then one more for every three begun; each hump of a camel-case name is a run of its
 * own and costs one more; a run of digits costs one for every two begun, any other visible character one. Prose has fewer.
 */
final class PassageCutter {
    private static final Set<String> ABBREVIATIONS = Set.of("e.g", "i.e", "vs", "cf", "etc", "resp", "approx", "no", "vol", "pp", "p", "fig", "eq", "al", "dr", "mr", "st");
    private static final String CLOSERS = "\"')]}\u201D\u2019";

    private final int budget;

    PassageCutter(int budget) {
        this.budget = budget;
    }

    /** Passages of at most {@code budget} estimated tokens minus {@code reserved}, in reading order. */
    List<String> cut(List<String> paragraphs, int reserved) {
        int room = budget - reserved;
        List<String> passages = new ArrayList<>();
        StringBuilder open = new StringBuilder();
        int used = 0;
        for (String paragraph : paragraphs) {
            for (String sentence : sentences(paragraph)) {
                for (String part : fitting(sentence, room)) {
                    int cost = tokens(part);
                    if (used + cost > room) {
                        passages.add(open.toString());
                        open.setLength(0);
                        used = 0;
                    }
                    if (used > 0) {
                        open.append(' ');
                    }
                    open.append(part);
                    used += cost;
                }
            }
        }
        if (used > 0) {
            passages.add(open.toString());
        }
        return passages;
    }

    /** An upper estimate of the WordPiece tokens of {@code text}, without the two special ones. */
    static int tokens(String text) {
        int tokens = 0;
        int i = 0;
        while (i < text.length()) {
            int start = i;
            char c = text.charAt(i++);
            if (isLatin(c)) {
                while (i < text.length() && isLatin(text.charAt(i)) && !(isUpper(text.charAt(i)) && !isUpper(text.charAt(i - 1)))) {
                    i++;
                }
                boolean hump = start > 0 && isLatin(text.charAt(start - 1));
                tokens += 1 + Math.max(0, i - start - 4 + 2) / 3 + (hump ? 1 : 0);
            } else if (isDigit(c)) {
                while (i < text.length() && isDigit(text.charAt(i))) {
                    i++;
                }
                tokens += (i - start + 1) / 2;
            } else if (c != ' ') {
                tokens++;
            }
        }
        return tokens;
    }

    private static boolean isLatin(char c) {
        return (c >= 'a' && c <= 'z') || isUpper(c);
    }

    private static boolean isUpper(char c) {
        return c >= 'A' && c <= 'Z';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static List<String> fitting(String sentence, int room) {
        if (tokens(sentence) <= room) {
            return List.of(sentence);
        }
        List<String> parts = new ArrayList<>();
        StringBuilder open = new StringBuilder();
        int used = 0;
        for (String word : sentence.split(" ", -1)) {
            int cost = tokens(word);
            if (cost > room) {
                continue; // a literal longer than a passage says nothing
            }
            if (used + cost > room) {
                parts.add(open.toString());
                open.setLength(0);
                used = 0;
            }
            if (used > 0) {
                open.append(' ');
            }
            open.append(word);
            used += cost;
        }
        if (used > 0) {
            parts.add(open.toString());
        }
        return parts;
    }

    /** Splits after a full stop, question or exclamation mark that a blank and a sentence's start follow. */
    static List<String> sentences(String paragraph) {
        List<String> sentences = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < paragraph.length(); i++) {
            char c = paragraph.charAt(i);
            if (c != '.' && c != '?' && c != '!') {
                continue;
            }
            int end = i + 1;
            while (end < paragraph.length() && CLOSERS.indexOf(paragraph.charAt(end)) >= 0) {
                end++;
            }
            if (end + 1 < paragraph.length() && paragraph.charAt(end) == ' ' && startsSentence(paragraph.charAt(end + 1)) && !(c == '.' && isAbbreviation(paragraph, i))) {
                sentences.add(paragraph.substring(start, end));
                start = end + 1;
            }
        }
        if (start < paragraph.length()) {
            sentences.add(paragraph.substring(start));
        }
        return sentences;
    }

    private static boolean startsSentence(char c) {
        return !Character.isLowerCase(c) && (Character.isLetterOrDigit(c) || "\"'(\u201C".indexOf(c) >= 0);
    }

    private static boolean isAbbreviation(String paragraph, int dot) {
        int from = dot;
        while (from > 0 && (Character.isLetter(paragraph.charAt(from - 1)) || (paragraph.charAt(from - 1) == '.' && from < dot))) {
            from--;
        }
        String word = paragraph.substring(from, dot);
        boolean initial = word.length() == 1 && Character.isUpperCase(word.charAt(0)) && (from == 0 || paragraph.charAt(from - 1) == ' ');
        return initial || ABBREVIATIONS.contains(word.toLowerCase(Locale.ROOT));
    }
}
