package io.github.embeddinglab.core.decoration;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * Cuts a text into windows of whole sentences, as many as fit; a sentence that does not fit alone is halved, between words
 * where it has some. Nothing is left out. O(length), and one count of tokens for each sentence.
 */
final class TextWindows {
    private final ToIntFunction<String> size;
    private final int budget;
    private final int frame;

    /**
     * Measures windows.
     *
     * @param size of a text, special tokens included
     * @param budget of a window
     */
    TextWindows(ToIntFunction<String> size, int budget) {
        this.size = size;
        this.frame = size.applyAsInt("");
        this.budget = Math.max(budget, frame + 1);
    }

    /**
     * A part of a text.
     *
     * @param start first character
     * @param end after the last
     */
    record Span(int start, int end) {
        String of(String text) {
            return text.substring(start, end);
        }
    }

    List<Span> cut(String text) {
        List<Span> windows = new ArrayList<>();
        if (size.applyAsInt(text) <= budget) {
            windows.add(new Span(0, text.length()));
            return windows;
        }
        BreakIterator sentences = BreakIterator.getSentenceInstance(Locale.ROOT);
        sentences.setText(text);
        int open = 0;
        int used = frame;
        int start = sentences.first();
        for (int end = sentences.next(); end != BreakIterator.DONE; start = end, end = sentences.next()) {
            int tokens = size.applyAsInt(text.substring(start, end)) - frame;
            if (used + tokens <= budget) {
                used += tokens;
                continue;
            }
            if (start > open) {
                windows.add(new Span(open, start));
            }
            open = start;
            used = frame + tokens;
            if (used > budget) {
                halve(text, new Span(start, end), windows);
                open = end;
                used = frame;
            }
        }
        if (open < text.length()) {
            windows.add(new Span(open, text.length()));
        }
        return windows;
    }

    private void halve(String text, Span span, List<Span> windows) {
        Optional<Integer> middle = size.applyAsInt(span.of(text)) <= budget ? Optional.empty() : middle(text, span);
        if (middle.isEmpty()) {
            windows.add(span);
            return;
        }
        halve(text, new Span(span.start(), middle.get()), windows);
        halve(text, new Span(middle.get(), span.end()), windows);
    }

    /** Where to halve a part: after the space nearest to its middle, else in its middle; empty when one character is left. */
    static Optional<Integer> middle(String text, Span span) {
        int middle = (span.start() + span.end()) >>> 1;
        for (int away = 0; middle - away > span.start() && middle + away < span.end(); away++) {
            if (Character.isWhitespace(text.charAt(middle - away - 1))) {
                return Optional.of(middle - away);
            }
            if (Character.isWhitespace(text.charAt(middle + away - 1))) {
                return Optional.of(middle + away);
            }
        }
        if (middle > span.start() && Character.isLowSurrogate(text.charAt(middle)) && Character.isHighSurrogate(text.charAt(middle - 1))) {
            middle--;
        }
        return middle > span.start() ? Optional.of(middle) : Optional.empty();
    }
}
