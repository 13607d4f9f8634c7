package io.github.embeddinglab.testkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Texts that contract suites feed to embedders; made here, so no data set is needed. */
final class SampleTexts {
    /** Common words, each one token in every vocabulary that we know of. */
    static final List<String> WORDS = List.of(
            "time", "water", "house", "music", "light", "world", "river", "paper", "table", "green", "money", "night",
            "story", "white", "sound", "plant", "heart", "field", "voice", "stone");

    private static final List<String> SENTENCES = List.of(
            "How do I rotate an API key?",
            "Credentials are renewed every ninety days.",
            "The cat slept on the warm roof all afternoon.",
            "Ein Zug fährt morgens um sieben nach Köln.",
            "Les chiens aboient, la caravane passe.",
            "東京は今日とても暑いです。",
            "Сегодня идёт дождь.",
            "السلام عليكم ورحمة الله",
            "x",
            "for (int i = 0; i < n; i++) sum += a[i] * b[i];",
            "The committee, which had met four times that spring without result, adjourned until the autumn; its chair"
                    + " resigned in the meantime, and nobody was in a hurry to name another one.",
            "emoji \uD83D\uDE80 and \uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67 and combining e\u0301",
            "   spaces\tand\nlines   ",
            "1,234.56 + 7 = ?");

    private SampleTexts() {}

    /** Gives the sentences, all different. */
    static List<String> sentences() {
        return SENTENCES;
    }

    /** Gives different texts of one to {@code longest} words. */
    static List<String> random(Random random, int count, int longest) {
        List<String> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder().append(i);
            for (int words = random.nextInt(longest); words > 0; words--) {
                text.append(' ').append(WORDS.get(random.nextInt(WORDS.size())));
            }
            texts.add(text.toString());
        }
        return texts;
    }

    /** Gives one text for each Unicode block: up to twelve of its code points, assigned or not. */
    static List<String> unicodeBlocks() {
        Map<Character.UnicodeBlock, StringBuilder> blocks = new LinkedHashMap<>();
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            Character.UnicodeBlock block = Character.UnicodeBlock.of(codePoint);
            if (block != null) {
                StringBuilder text = blocks.computeIfAbsent(block, b -> new StringBuilder());
                if (text.codePointCount(0, text.length()) < 12) {
                    text.appendCodePoint(codePoint);
                }
            }
        }
        return blocks.values().stream().map(StringBuilder::toString).toList();
    }

    /** Gives texts that break careless code, by what is odd about them. */
    static Map<String, String> hostile() {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("empty", "");
        texts.put("blank", " \t\n ");
        texts.put("NUL", "before\0after");
        texts.put("only NUL", "\0");
        texts.put("high surrogate alone", "a\uD83Db");
        texts.put("low surrogate alone", "a\uDE80b");
        texts.put("surrogates in the wrong order", "\uDE80\uD83D");
        texts.put("high surrogate at the end", "rocket \uD83D");
        texts.put("byte order mark", "\uFEFFtext");
        texts.put("noncharacter", "\uFFFE\uFFFF");
        texts.put("right-to-left override", "abc\u202Edef");
        texts.put("replacement character", "\uFFFD\uFFFD");
        texts.put("special tokens as text", "[CLS] <s> [SEP] </s> [MASK] [PAD] [UNK]");
        texts.put("stacked marks", "e" + "\u0301".repeat(500));
        texts.put("one word of 20,000 letters", "a".repeat(20_000));
        texts.put("50,000 words", "water ".repeat(50_000));
        return texts;
    }
}
