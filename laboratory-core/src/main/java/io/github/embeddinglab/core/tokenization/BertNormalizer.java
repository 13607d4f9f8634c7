package io.github.embeddinglab.core.tokenization;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The reference's BertNormalizer in one pass: clean, space around Chinese characters, decompose and strip accents, lower
 * case. Lone surrogates count as U+FFFD.
 */
final class BertNormalizer {
    private static final char REMOVE = '\uFFFF';
    private static final int REPLACEMENT = 0xFFFD;

    private final UnicodeTables unicode = UnicodeTables.get();
    private final boolean clean;
    private final boolean chinese;
    private final boolean strip;
    private final boolean lower;
    private final char[] ascii = new char[128];

    BertNormalizer(JsonNode settings) {
        clean = settings.path("clean_text").booleanValue();
        chinese = settings.path("handle_chinese_chars").booleanValue();
        lower = settings.path("lowercase").booleanValue();
        JsonNode accents = settings.path("strip_accents");
        strip = accents.isBoolean() ? accents.booleanValue() : lower;
        for (int c = 0; c < ascii.length; c++) {
            ascii[c] = ascii(c);
        }
    }

    private char ascii(int c) {
        int flags = unicode.flags(c);
        if (clean && (flags & UnicodeTables.SPACE) != 0 && (flags & UnicodeTables.REMOVED) == 0) {
            return ' ';
        }
        if (clean && (flags & UnicodeTables.REMOVED) != 0) {
            return REMOVE;
        }
        return lower && (flags & UnicodeTables.LOWER) != 0 ? (char) unicode.lowered(c)[0] : (char) c;
    }

    /** Appends the normalised form of {@code text[from, to)} to a buffer. */
    void normalize(CharSequence text, int from, int to, NormalizedText out) {
        int i = from;
        while (i < to) {
            char c = text.charAt(i);
            if (c < 128) {
                char mapped = ascii[c];
                i++;
                if (mapped != REMOVE) {
                    out.settle();
                    out.append(mapped);
                }
            } else if (!Character.isSurrogate(c)) {
                i++;
                codePoint(c, out);
            } else if (Character.isHighSurrogate(c) && i + 1 < to && Character.isLowSurrogate(text.charAt(i + 1))) {
                codePoint(Character.toCodePoint(c, text.charAt(i + 1)), out);
                i += 2;
            } else {
                i++;
                codePoint(REPLACEMENT, out);
            }
        }
        out.settle();
    }

    private void codePoint(int cp, NormalizedText out) {
        int flags = unicode.flags(cp);
        if (clean && (flags & (UnicodeTables.REMOVED | UnicodeTables.SPACE)) != 0) {
            if ((flags & UnicodeTables.REMOVED) == 0) {
                out.settle();
                out.append(' ');
            }
            return;
        }
        boolean spaced = chinese && isChinese(cp);
        if (spaced) {
            out.settle();
            out.append(' ');
        }
        if (!strip) {
            lower(cp, flags, out);
        } else if ((flags & UnicodeTables.MARK) != 0) {
            // A mark of class 0 is a starter: nothing is reordered across it, though it goes.
            if ((flags & UnicodeTables.CLASS) == 0) {
                out.settle();
            }
        } else if ((flags & UnicodeTables.STRIP) == 0) {
            order(cp, flags, out);
        } else {
            for (int part : unicode.stripped(cp)) {
                order(part, unicode.flags(part), out);
            }
        }
        if (spaced) {
            out.settle();
            out.append(' ');
        }
    }

    /** Canonical order: code points of classes other than 0 wait until a starter comes. */
    private void order(int cp, int flags, NormalizedText out) {
        if ((flags & UnicodeTables.CLASS) != 0) {
            // No such code point has a lower case.
            out.hold(cp, unicode.combiningClass(cp));
        } else {
            lower(cp, flags, out);
        }
    }

    private void lower(int cp, int flags, NormalizedText out) {
        out.settle();
        if (lower && (flags & UnicodeTables.LOWER) != 0) {
            for (int part : unicode.lowered(cp)) {
                out.appendCodePoint(part);
            }
        } else {
            out.appendCodePoint(cp);
        }
    }

    /** The reference's ranges, its gap from 2B820 to 2B91F included. */
    private static boolean isChinese(int cp) {
        return within(cp, 0x4E00, 0x9FFF)
                || within(cp, 0x3400, 0x4DBF)
                || within(cp, 0xF900, 0xFAFF)
                || within(cp, 0x20000, 0x2A6DF)
                || within(cp, 0x2A700, 0x2B81F)
                || within(cp, 0x2B920, 0x2CEAF)
                || within(cp, 0x2F800, 0x2FA1F);
    }

    private static boolean within(int cp, int first, int last) {
        return cp >= first && cp <= last;
    }
}
