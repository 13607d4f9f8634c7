package io.github.embeddinglab.core.tokenization;

/** Strings that UTF-8 can carry. JNI hands a lone surrogate over as bytes that are no UTF-8, which garbles the whole text. */
final class WellFormed {
    private WellFormed() {}

    /** Gives the text with each lone surrogate replaced by U+FFFD; itself if there is none. */
    static String of(String text) {
        int n = text.length();
        for (int i = 0; i < n; i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (lone(text, i)) {
                    return repaired(text, i);
                }
                i++;
            }
        }
        return text;
    }

    private static boolean lone(String text, int i) {
        return !Character.isHighSurrogate(text.charAt(i))
                || i + 1 == text.length()
                || !Character.isLowSurrogate(text.charAt(i + 1));
    }

    private static String repaired(String text, int first) {
        char[] chars = text.toCharArray();
        for (int i = first; i < chars.length; i++) {
            if (Character.isSurrogate(chars[i])) {
                if (lone(text, i)) {
                    chars[i] = '\uFFFD';
                } else {
                    i++;
                }
            }
        }
        return new String(chars);
    }
}
