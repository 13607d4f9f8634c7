package io.github.embeddinglab.core.tokenization;

import java.util.List;
import java.util.SplittableRandom;

/** Random texts that a tokenizer may meet, and worse. */
final class FuzzedText {
    private static final int[][] SCRIPTS = {
        {0x20, 0x7E}, {0x61, 0x7A}, {0xC0, 0x24F}, {0x370, 0x3FF}, {0x400, 0x52F}, {0x531, 0x58F}, {0x591, 0x5F4},
        {0x600, 0x6FF}, {0x900, 0x97F}, {0x980, 0x9FF}, {0xB80, 0xBFF}, {0xE01, 0xE5B}, {0xF00, 0xFFF}, {0x10A0, 0x10FF},
        {0x1100, 0x11FF}, {0x13A0, 0x13FD}, {0x1E00, 0x1EFF}, {0x1F00, 0x1FFF}, {0x2000, 0x206F}, {0x2100, 0x214F},
        {0x3040, 0x30FF}, {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFB00, 0xFB4F}, {0xFE70, 0xFEFF},
        {0xFF00, 0xFFEF}, {0x10400, 0x1044F}, {0x1D165, 0x1D172}, {0x1D400, 0x1D4FF}, {0x1E900, 0x1E95F},
        {0x1F300, 0x1FAFF}, {0x20000, 0x2A6DF}, {0x2F800, 0x2FA1D}, {0xE000, 0xE0FF}, {0xD800, 0xDFFF}
    };
    private static final int[] MARKS = {
        0x300, 0x301, 0x308, 0x30A, 0x316, 0x323, 0x327, 0x328, 0x334, 0x345, 0x302E, 0x302F, 0x1B44, 0x8D4, 0x1DFB,
        0x1E000, 0x1D165, 0x344, 0xF73, 0x20E3, 0x5B0, 0x64B, 0x93C, 0x94D
    };
    private static final List<String> SNIPPETS = List.of(
            "[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]", "[cls]", "[ MASK ]", "[MASK", "[[MASK]]", "<s>", "</s>", "<mask>",
            "<pad>", "<MASK>", " <mask> ", "##ing", "unaffable", "Straße", "İstanbul", "ΣΊΣΥΦΟΣ", "ﬁle", "e\u0301", "n\u0303o",
            "\uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67", "\uD83C\uDDE9\uD83C\uDDEA", "\uD83D\uDE00\uFE0F", "\u0000",
            "\uFFFD", "\uD800", "\uDC00", "\uDC00\uD800", "\uFEFF", "\u200B", "\u00AD", "\u0085", "\u2028", "\t\r\n", "  ",
            "https://example.org/a?b=c&d=%20", "3.14159", "1,000,000", "C++", "don't", "U.S.A.", "テスト", "안녕하세요",
            "the", "quick", "running", "embeddings", "tokenization", "antidisestablishmentarianism");

    private final SplittableRandom random;

    FuzzedText(long seed) {
        random = new SplittableRandom(seed);
    }

    String next() {
        StringBuilder text = new StringBuilder();
        int parts = random.nextInt(12);
        int[] script = SCRIPTS[random.nextInt(SCRIPTS.length)];
        for (int i = 0; i < parts; i++) {
            part(text, script);
            if (random.nextInt(3) > 0) {
                text.append(' ');
            }
        }
        return text.toString();
    }

    private void part(StringBuilder text, int[] script) {
        switch (random.nextInt(9)) {
            case 0, 1 -> text.append(SNIPPETS.get(random.nextInt(SNIPPETS.size())));
            case 2 -> from(text, SCRIPTS[random.nextInt(SCRIPTS.length)], 8);
            case 3 -> {
                from(text, script, 3);
                for (int n = random.nextInt(5); n > 0; n--) {
                    text.appendCodePoint(MARKS[random.nextInt(MARKS.length)]);
                }
            }
            case 4 -> from(text, new int[] {0, 0x2FFFF}, 5);
            case 5 -> from(text, new int[] {0, 0x10FFFF}, 2);
            case 6 -> {
                if (random.nextInt(8) == 0) {
                    from(text, script, 97 + random.nextInt(8));
                    text.append("a".repeat(random.nextInt(110)));
                } else {
                    from(text, new int[] {0x61, 0x7A}, 12);
                }
            }
            default -> from(text, script, 8);
        }
    }

    private void from(StringBuilder text, int[] range, int greatest) {
        for (int n = 1 + random.nextInt(greatest); n > 0; n--) {
            text.appendCodePoint(range[0] + random.nextInt(range[1] - range[0] + 1));
        }
    }
}
