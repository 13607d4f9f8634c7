package io.github.embeddinglab.core.tokenization;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Unicode as the reference tokenizer sees it. Its categories and decompositions are older than Java's, its lower case is
 * newer than JDK 17's, and Java's follow the JDK: counted over all code points, {@link Character} and
 * {@link java.text.Normalizer} differ from it in 272 marks, 85 punctuation characters, 11 removed ones, 95 lower cases and
 * 1 decomposition on JDK 17, and in 457, 142, 20, 28 and 21 on JDK 25. So the tables are taken from the native library by
 * observing every code point, and ids do not depend on the JDK; a test compares them again.
 */
final class UnicodeTables {
    /** Dropped by {@code clean_text}: controls, formats, private use, U+FFFD. */
    static final int REMOVED = 1;
    /** White space. */
    static final int SPACE = 2;
    /** Punctuation, and ASCII symbols. */
    static final int PUNCTUATION = 4;
    /** Vanishes when accents are stripped. */
    static final int MARK = 8;
    /** Part of a word beside an added token that must stand alone. */
    static final int WORD = 16;
    /** {@link #stripped(int)} has something else than the code point itself. */
    static final int STRIP = 32;
    /** {@link #lowered(int)} has something else than the code point itself. */
    static final int LOWER = 64;
    /** Its canonical combining class is not 0. */
    static final int CLASS = 128;

    private static final String RESOURCE = "unicode.txt";

    private static final int HANGUL = 0xAC00;
    private static final int HANGUL_LAST = 0xD7A3;
    private static final int VOWELS = 21;
    private static final int TRAILS = 28;

    private static final byte[] EMPTY = new byte[256];

    private final byte[][] pages = new byte[(Character.MAX_CODE_POINT + 1) >> 8][];
    private final byte[] classes = new byte[1 << 17];
    private final Mappings strip = new Mappings();
    private final Mappings lower = new Mappings();

    private UnicodeTables(byte[] table) {
        Arrays.fill(pages, EMPTY);
        new Reader(table).read();
    }

    /** Gives the one instance; reading it takes some milliseconds. */
    static UnicodeTables get() {
        return Holder.TABLES;
    }

    private static final class Holder {
        private static final UnicodeTables TABLES = load();
    }

    private static UnicodeTables load() {
        try (InputStream in = UnicodeTables.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("resource " + RESOURCE + " is not beside its class: damaged jar");
            }
            return new UnicodeTables(in.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException("resource " + RESOURCE + " cannot be read: damaged jar", e);
        }
    }

    /** Gives the properties of a code point, an or of the constants above. */
    int flags(int cp) {
        return pages[cp >> 8][cp & 255];
    }

    /** Gives the canonical combining class, or its place in their order; asked only for code points with CLASS. */
    int combiningClass(int cp) {
        return classes[cp] & 255;
    }

    /** Gives the canonical decomposition without marks; asked only for code points with STRIP. */
    int[] stripped(int cp) {
        if (cp >= HANGUL && cp <= HANGUL_LAST) {
            int index = cp - HANGUL;
            int trail = index % TRAILS;
            int lead = 0x1100 + index / (VOWELS * TRAILS);
            int vowel = 0x1161 + index % (VOWELS * TRAILS) / TRAILS;
            return trail == 0 ? new int[] {lead, vowel} : new int[] {lead, vowel, 0x11A7 + trail};
        }
        return strip.get(cp);
    }

    /** Gives the lower case; asked only for code points with LOWER. */
    int[] lowered(int cp) {
        return lower.get(cp);
    }

    private void mark(int from, int to, int flag) {
        for (int cp = from; cp <= to; cp++) {
            int page = cp >> 8;
            if (pages[page] == EMPTY) {
                pages[page] = new byte[256];
            }
            pages[page][cp & 255] |= (byte) flag;
        }
    }

    /** Sorted code points with what they become. */
    private static final class Mappings {
        private int[] keys = new int[2048];
        private int[][] values = new int[2048][];
        private int size;

        void add(int key, int[] value) {
            if (size == keys.length) {
                keys = Arrays.copyOf(keys, 2 * size);
                values = Arrays.copyOf(values, 2 * size);
            }
            keys[size] = key;
            values[size++] = value;
        }

        int[] get(int key) {
            return values[Arrays.binarySearch(keys, 0, size, key)];
        }
    }

    /** Reads lines of a name and hexadecimal numbers, ordered by code point within a name. */
    private final class Reader {
        private final byte[] table;
        private final int[] numbers = new int[8];
        private int at;

        Reader(byte[] table) {
            this.table = table;
        }

        void read() {
            mark(HANGUL, HANGUL_LAST, STRIP);
            while (at < table.length) {
                int name = table[at];
                while (table[at] != ' ') {
                    at++;
                }
                line(name, numbers());
            }
        }

        private void line(int name, int count) {
            switch (name) {
                case 'r' -> mark(numbers[0], numbers[1], REMOVED);
                case 's' -> mark(numbers[0], numbers[1], SPACE);
                case 'p' -> mark(numbers[0], numbers[1], PUNCTUATION);
                case 'm' -> mark(numbers[0], numbers[1], MARK);
                case 'w' -> mark(numbers[0], numbers[1], WORD);
                case 'c' -> {
                    mark(numbers[1], numbers[2], CLASS);
                    Arrays.fill(classes, numbers[1], numbers[2] + 1, (byte) numbers[0]);
                }
                case 'd' -> {
                    mark(numbers[0], numbers[0], STRIP);
                    strip.add(numbers[0], Arrays.copyOfRange(numbers, 1, count));
                }
                case 'l' -> {
                    mark(numbers[0], numbers[0], LOWER);
                    lower.add(numbers[0], Arrays.copyOfRange(numbers, 1, count));
                }
                default -> throw new IllegalStateException("resource " + RESOURCE + " has an unknown line: damaged jar");
            }
        }

        private int numbers() {
            int count = 0;
            while (table[at] != '\n') {
                at++;
                int number = 0;
                while (table[at] != ' ' && table[at] != '\n') {
                    number = (number << 4) | Character.digit(table[at], 16);
                    at++;
                }
                numbers[count++] = number;
            }
            at++;
            return count;
        }
    }
}
