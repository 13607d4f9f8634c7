package io.github.embeddinglab.core.tokenization;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * What the native library thinks of each code point, seen from outside: a byte-fallback BPE of 256 pieces gives the
 * normalised text back byte by byte, and word numbers show where the pre-tokenizer cuts.
 *
 * <p>{@code main} writes the table that {@link UnicodeTables} reads: run it with the folder for the native library and
 * the file to write, after the native library's version was raised and its tests say that the tables differ.
 */
final class NativeUnicode implements AutoCloseable {
    static final int CODE_POINTS = Character.MAX_CODE_POINT + 1;
    private static final int CHUNK = 512;

    private final long handle;

    /**
     * Makes an observer.
     *
     * @param normalizer JSON
     * @param preTokenizer JSON
     * @param addedTokens JSON list
     */
    NativeUnicode(String normalizer, String preTokenizer, String addedTokens) {
        StringBuilder pieces = new StringBuilder();
        for (int i = 0; i < 256; i++) {
            pieces.append(i == 0 ? "" : ",").append(String.format("\"<0x%02X>\":%d", i, i));
        }
        handle = TokenizersLibrary.LIB.createTokenizerFromString("{\"version\":\"1.0\",\"truncation\":null,"
                + "\"padding\":null,\"added_tokens\":" + addedTokens + ",\"normalizer\":" + normalizer
                + ",\"pre_tokenizer\":" + preTokenizer + ",\"post_processor\":null,\"decoder\":null,"
                + "\"model\":{\"type\":\"BPE\",\"dropout\":null,\"unk_token\":null,\"continuing_subword_prefix\":null,"
                + "\"end_of_word_suffix\":null,\"fuse_unk\":false,\"byte_fallback\":true,\"vocab\":{" + pieces
                + "},\"merges\":[]}}");
    }

    static String bert(boolean clean, boolean chinese, boolean strip, boolean lower) {
        return "{\"type\":\"BertNormalizer\",\"clean_text\":" + clean + ",\"handle_chinese_chars\":" + chinese
                + ",\"strip_accents\":" + strip + ",\"lowercase\":" + lower + "}";
    }

    /** Normalises. */
    String normalize(String text) {
        return String.join("", words(text));
    }

    /** Normalises and cuts into words; an added token, whose id is 256, is the word U+10FFFF. */
    List<String> words(String text) {
        long encoding = TokenizersLibrary.LIB.encode(handle, text, false);
        try {
            long[] ids = TokenizersLibrary.LIB.getTokenIds(encoding);
            long[] words = TokenizersLibrary.LIB.getWordIds(encoding);
            List<String> result = new ArrayList<>();
            byte[] bytes = new byte[ids.length];
            int n = 0;
            for (int i = 0; i < ids.length; i++) {
                if (i > 0 && words[i] != words[i - 1]) {
                    flush(bytes, n, result);
                    n = 0;
                }
                if (ids[i] > 255) {
                    flush(bytes, n, result);
                    n = 0;
                    result.add("\uDBFF\uDFFF");
                } else {
                    bytes[n++] = (byte) ids[i];
                }
            }
            flush(bytes, n, result);
            return result;
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    private static void flush(byte[] bytes, int n, List<String> result) {
        if (n > 0) {
            result.add(new String(bytes, 0, n, StandardCharsets.UTF_8));
        }
    }

    /** Normalises {@code a CP b} for each code point and gives what became of the middle. */
    String[] middles(String before, String after) {
        String[] middles = new String[CODE_POINTS];
        for (int from = 0; from < CODE_POINTS; from += CHUNK) {
            StringBuilder text = new StringBuilder();
            for (int cp = from; cp < from + CHUNK; cp++) {
                if (!surrogate(cp)) {
                    text.append('a').append(before).appendCodePoint(cp).append(after).append("b|");
                }
            }
            String[] parts = normalize(text.toString()).split("b\\|", -1);
            int at = 0;
            for (int cp = from; cp < from + CHUNK; cp++) {
                // b| and | themselves would break the cutting: they are ASCII and known.
                middles[cp] = surrogate(cp) ? "" : parts[at++].substring(1);
            }
            if (at != parts.length - 1) {
                throw new AssertionError("chunk at " + from + " came back in " + parts.length + " parts");
            }
        }
        return middles;
    }

    static boolean surrogate(int cp) {
        return cp >= Character.MIN_SURROGATE && cp <= Character.MAX_SURROGATE;
    }

    @Override
    public void close() {
        TokenizersLibrary.LIB.deleteTokenizer(handle);
    }

    public static void main(String[] arguments) throws IOException {
        NativeLibrary.load(Path.of(arguments[0]));
        Files.writeString(Path.of(arguments[1]), table());
    }

    /** The lines that {@link UnicodeTables} reads. */
    static String table() {
        StringBuilder out = new StringBuilder();
        String[] cleaned;
        String[] stripped;
        String[] lowered;
        try (NativeUnicode clean = new NativeUnicode(bert(true, false, false, false), "null", "[]");
                NativeUnicode strip = new NativeUnicode(bert(false, false, true, false), "null", "[]");
                NativeUnicode lower = new NativeUnicode(bert(false, false, false, true), "null", "[]")) {
            cleaned = clean.middles("", "");
            stripped = strip.middles("", "");
            lowered = lower.middles("", "");
        }
        String[] cut;
        try (NativeUnicode words = new NativeUnicode("null", "{\"type\":\"BertPreTokenizer\"}", "[]")) {
            cut = words.cuts();
        }
        ranges(out, "removed", cp -> cleaned[cp].isEmpty());
        ranges(out, "space", cp -> cut[cp].isEmpty());
        ranges(out, "punctuation", cp -> cut[cp].equals("|"));
        ranges(out, "mark", cp -> stripped[cp].isEmpty() && !surrogate(cp));
        ranges(out, "word", wordCharacters()::get);
        int[] classes = combiningClasses();
        for (int c : Arrays.stream(classes).filter(c -> c > 0).distinct().sorted().toArray()) {
            ranges(out, "class " + Integer.toHexString(c), cp -> classes[cp] == c);
        }
        mappings(out, "decomposed", stripped);
        mappings(out, "lower", lowered);
        return out.toString();
    }

    private static void mappings(StringBuilder out, String name, String[] results) {
        for (int cp = 0; cp < CODE_POINTS; cp++) {
            boolean hangul = name.equals("decomposed") && cp >= 0xAC00 && cp <= 0xD7A3;
            if (!surrogate(cp) && !hangul && !results[cp].isEmpty() && !results[cp].equals(Character.toString(cp))) {
                out.append(name).append(' ').append(Integer.toHexString(cp));
                results[cp].codePoints().forEach(to -> out.append(' ').append(Integer.toHexString(to)));
                out.append('\n');
            }
        }
    }

    private static void ranges(StringBuilder out, String name, IntPredicate has) {
        int cp = 0;
        while (cp < CODE_POINTS) {
            int end = cp;
            while (end < CODE_POINTS && has.test(end) && !surrogate(end)) {
                end++;
            }
            if (end > cp) {
                out.append(name).append(' ').append(Integer.toHexString(cp)).append(' ')
                        .append(Integer.toHexString(end - 1)).append('\n');
            }
            cp = end + 1;
        }
    }

    /** For each code point: empty if {@code aCPb} is cut and CP gone, | if CP stands alone, - if nothing is cut. */
    private String[] cuts() {
        String[] cuts = new String[CODE_POINTS];
        for (int cp = 0; cp < CODE_POINTS; cp++) {
            if (surrogate(cp)) {
                cuts[cp] = "-";
                continue;
            }
            int n = words("a" + Character.toString(cp) + "b").size();
            cuts[cp] = n == 1 ? "-" : n == 2 ? "" : "|";
        }
        return cuts;
    }

    /** Which code points count as part of a word beside a single_word token. */
    private static BitSet wordCharacters() {
        BitSet word = new BitSet();
        try (NativeUnicode added = new NativeUnicode("null", "null", "[{\"id\":256,\"content\":\"<t>\",\"single_word\":true,"
                + "\"lstrip\":false,\"rstrip\":false,\"normalized\":false,\"special\":true}]")) {
            for (int cp = 0; cp < CODE_POINTS; cp++) {
                if (!surrogate(cp)) {
                    word.set(cp, !added.words("<t>" + Character.toString(cp)).get(0).equals("\uDBFF\uDFFF"));
                }
            }
        }
        return word;
    }

    /** One code point of each canonical combining class, by class; all of them are as old as the oldest tables. */
    private static final int[][] LADDER = {
        {1, 0x334}, {7, 0x93C}, {8, 0x3099}, {9, 0x94D}, {10, 0x5B0}, {11, 0x5B1}, {12, 0x5B2}, {13, 0x5B3},
        {14, 0x5B4}, {15, 0x5B5}, {16, 0x5B6}, {17, 0x5B7}, {18, 0x5B8}, {19, 0x5B9}, {20, 0x5BB}, {21, 0x5BC},
        {22, 0x5BD}, {23, 0x5BF}, {24, 0x5C1}, {25, 0x5C2}, {26, 0xFB1E}, {27, 0x64B}, {28, 0x64C}, {29, 0x64D},
        {30, 0x64E}, {31, 0x64F}, {32, 0x650}, {33, 0x651}, {34, 0x652}, {35, 0x670}, {36, 0x711}, {84, 0xC55},
        {91, 0xC56}, {103, 0xE38}, {107, 0xE48}, {118, 0xEB8}, {122, 0xEC8}, {129, 0xF71}, {130, 0xF72}, {132, 0xF74},
        {202, 0x321}, {214, 0x1DCE}, {216, 0x31B}, {218, 0x302A}, {220, 0x316}, {222, 0x59A}, {224, 0x302E},
        {226, 0x1D16D}, {228, 0x5AE}, {230, 0x300}, {232, 0x315}, {233, 0x35C}, {234, 0x35D}, {240, 0x345}
    };

    private static int[] combiningClasses() {
        int[] classes = new int[CODE_POINTS];
        try (NativeUnicode nfd = new NativeUnicode("{\"type\":\"NFD\"}", "null", "[]")) {
            String[] beforeLowest = nfd.middles("", "\u0334");
            String[] afterHighest = nfd.middles("\u0345", "");
            String[] alone = nfd.middles("", "");
            for (int cp = 0; cp < CODE_POINTS; cp++) {
                boolean single = alone[cp].equals(Character.toString(cp));
                if (!surrogate(cp) && single && (!beforeLowest[cp].equals(alone[cp] + "\u0334")
                        || !afterHighest[cp].equals("\u0345" + alone[cp])
                        || cp == 0x334 || cp == 0x345)) {
                    classes[cp] = combiningClass(nfd, Character.toString(cp));
                }
            }
            for (int cp = 0; cp < CODE_POINTS; cp++) {
                if (!surrogate(cp) && !alone[cp].equals(Character.toString(cp)) && !alone[cp].isEmpty()) {
                    classes[cp] = classes[alone[cp].codePointAt(0)];
                }
            }
        }
        return classes;
    }

    private static int combiningClass(NativeUnicode nfd, String mark) {
        for (int[] step : LADDER) {
            String known = Character.toString(step[1]);
            boolean greater = !nfd.normalize("a" + mark + known).equals("a" + mark + known);
            boolean less = !nfd.normalize("a" + known + mark).equals("a" + known + mark);
            if (!greater && !less) {
                return step[0];
            }
        }
        // A class between two steps: only its place in the order counts.
        for (int i = LADDER.length - 1; i >= 0; i--) {
            String known = Character.toString(LADDER[i][1]);
            if (!nfd.normalize("a" + mark + known).equals("a" + mark + known)) {
                return LADDER[i][0] + 1;
            }
        }
        throw new AssertionError("no class for " + mark);
    }
}
