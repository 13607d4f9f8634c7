package io.github.embeddinglab.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Words of letters and digits; any other visible character, and each ideograph, is a token of its own. */
final class FakeTokenizer {
    /** The two tokens that frame every text, as in BERT. */
    static final int SPECIAL_TOKENS = 2;

    private FakeTokenizer() {}

    static List<String> tokens(String text) {
        List<String> tokens = new ArrayList<>();
        int start = -1;
        int length = text.length();
        for (int at = 0; at < length; ) {
            int codePoint = text.codePointAt(at);
            int next = at + Character.charCount(codePoint);
            boolean joins = joins(codePoint);
            if (!joins && start >= 0) {
                tokens.add(text.substring(start, at).toLowerCase(Locale.ROOT));
                start = -1;
            }
            if (joins) {
                start = start < 0 ? at : start;
            } else if (!separates(codePoint)) {
                tokens.add(text.substring(at, next));
            }
            at = next;
        }
        if (start >= 0) {
            tokens.add(text.substring(start).toLowerCase(Locale.ROOT));
        }
        return tokens;
    }

    private static boolean joins(int codePoint) {
        if (Character.isIdeographic(codePoint)) {
            return false;
        }
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK -> true;
            default -> Character.isLetterOrDigit(codePoint);
        };
    }

    private static boolean separates(int codePoint) {
        return Character.isWhitespace(codePoint)
                || Character.isSpaceChar(codePoint)
                || Character.isISOControl(codePoint);
    }
}
