package io.github.embeddinglab.evaluation.audit;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * How the numbers of a store were coded, told from the numbers alone: a float32 vector has about as many different values
 * as columns, one that was decoded from few bits has far fewer, and half precision leaves the low bits zero.
 *
 * @param kind what they look like
 * @param label one phrase
 * @param match cosine from which a stored and a predicted vector agree; the noise of the code is below it
 */
record Code(Kind kind, String label, double match) {
    /** Cosine that two runtimes reach with the same model in float32 is .99999; a tenth of that accuracy is still agreement. */
    static final double SAME = 0.9999;

    /** Between signs: six of 768 columns differ, or three of 384. */
    static final double SIGNS = 0.985;

    private static final double FITTED = 0.995;
    private static final int LEAST_ROWS = 16;
    private static final int LEAST_COLUMNS = 32;
    private static final int MOST_ROWS = 4096;
    private static final int CODEBOOK = 256;
    private static final double FEWER = 0.85;
    private static final double ALONE = 1.5;
    private static final int BYTE_VALUES = 256;
    private static final float GRID = 10_000;

    /** Kinds of codes. */
    enum Kind {
        /** Full precision. */
        NONE,
        /** IEEE 754 binary16. */
        HALF,
        /** The upper half of a float32. */
        BFLOAT,
        /** Two values. */
        BINARY,
        /** Whole numbers of a byte. */
        INTEGERS,
        /** Few values a row or a column. */
        LEVELS,
        /** Blocks of columns from small codebooks. */
        PRODUCT
    }

    static final Code PLAIN = new Code(Kind.NONE, "float32", SAME);

    boolean lossy() {
        return kind != Kind.NONE;
    }

    /** Whether the direction itself suffers. */
    boolean coarse() {
        return kind == Kind.BINARY || kind == Kind.INTEGERS || kind == Kind.LEVELS || kind == Kind.PRODUCT;
    }

    /** Looks at up to 4,096 rows, evenly spread. */
    static Code of(List<float[]> all) {
        List<float[]> rows = new HashSet<>(all.stream().map(Key::new).toList())
                .stream().map(Key::row).limit(MOST_ROWS).toList();
        if (rows.size() < LEAST_ROWS || rows.get(0).length < LEAST_COLUMNS) {
            return PLAIN;
        }
        Set<Float> values = new HashSet<>();
        boolean whole = true;
        boolean half = true;
        boolean bfloat = true;
        for (float[] row : rows) {
            for (float value : row) {
                if (values.size() <= BYTE_VALUES) {
                    values.add(value == 0 ? 0f : value);
                }
                whole &= value == Math.rint(value) && value >= -BYTE_VALUES / 2 && value < BYTE_VALUES;
                half &= isHalf(value);
                bfloat &= (Float.floatToRawIntBits(value) & 0xffff) == 0;
            }
        }
        if (values.size() <= 2) {
            return new Code(Kind.BINARY, "one bit a column (two values in the whole store)", SIGNS);
        }
        if (whole) {
            // those of one scale for each column are scaled back by a fit, which costs something, too
            return new Code(Kind.INTEGERS, "whole numbers of 8 bits, not scaled back", Math.min(FITTED, CodeNoise.ofStore(rows)));
        }
        if (values.size() <= BYTE_VALUES) {
            return levels(values.size(), "in the whole store", CodeNoise.ofStore(rows));
        }
        if (bfloat) {
            return new Code(Kind.BFLOAT, "bfloat16 (the low 16 bits of every number are zero)", SAME);
        }
        if (half) {
            return new Code(Kind.HALF, "float16 (every number is one of half precision)", SAME);
        }
        int inRow = median(rows.stream().mapToInt(Code::distinct).toArray());
        if (inRow <= 2) {
            return new Code(Kind.BINARY, "one bit a column (two values a row)", SIGNS);
        }
        if (rows.stream().filter(Code::few).count() > rows.size() / 2) {
            return levels(inRow, "a row", CodeNoise.ofRows(rows));
        }
        int columns = rows.get(0).length;
        int[] inColumn = new int[columns];
        for (int column = 0; column < columns; column++) {
            inColumn[column] = blocks(rows, column, 1);
        }
        boolean fewInColumn = median(inColumn) <= Math.min(CODEBOOK, FEWER * rows.size());
        int block = widestBlock(rows, from -> inColumn[from]);
        // rows that were normalised after decoding keep the directions of their blocks
        boolean directions = block <= 1 && !fewInColumn;
        block = directions ? widestBlock(rows) : block;
        if (block > 1) {
            return new Code(
                    Kind.PRODUCT,
                    "product quantisation in blocks of " + block + " columns",
                    CodeNoise.ofBlocks(rows, block, directions ? Code::direction : UnaryOperator.identity()));
        }
        return fewInColumn ? levels(median(inColumn), "a column", CodeNoise.ofColumns(rows)) : PLAIN;
    }

    /** Whether one row has so few different values that it was decoded from 8 bits or fewer. */
    static boolean coded(float[] row) {
        return row.length >= LEAST_COLUMNS && few(row);
    }

    private static Code levels(int count, String where, double match) {
        return new Code(
                Kind.LEVELS,
                (count > 16 ? "8 bits" : "4 bits or fewer") + " (" + count + " different values " + where + ")",
                match);
    }

    /** In a block from a codebook each column has about as many values as the block; columns coded alone have fewer. */
    private static int widestBlock(List<float[]> rows, IntUnaryOperator inColumn) {
        return widestBlock(rows.get(0).length, Math.min(CODEBOOK, FEWER * rows.size()), (from, width) -> {
            int different = blocks(rows, from, width);
            int most = IntStream.range(from, from + width).map(inColumn).max().orElse(0);
            return different <= ALONE * most ? different : Integer.MAX_VALUE;
        });
    }

    private static int widestBlock(List<float[]> rows) {
        return widestBlock(rows.get(0).length, Math.min(CODEBOOK, FEWER * rows.size()),
                (from, width) -> blocks(directions(rows, from, width), 0, width));
    }

    private static int widestBlock(int columns, double codebook, IntBinaryOperator different) {
        int widest = 1;
        for (int block = 2; block <= columns / 2; block++) {
            if (columns % block == 0) {
                int most = 0;
                for (int from = 0; from < columns && most <= codebook; from += block) {
                    most = Math.max(most, different.applyAsInt(from, block));
                }
                widest = most <= codebook ? block : widest;
            }
        }
        return widest;
    }

    private static int blocks(List<float[]> rows, int from, int width) {
        Set<Key> different = new HashSet<>();
        for (float[] row : rows) {
            different.add(new Key(Arrays.copyOfRange(row, from, from + width)));
        }
        return different.size();
    }

    private static List<float[]> directions(List<float[]> rows, int from, int width) {
        return rows.stream().map(row -> direction(Arrays.copyOfRange(row, from, from + width))).toList();
    }

    /** Of length 1 and rounded, since a division left its own rounding in it. */
    private static float[] direction(float[] block) {
        float[] direction = Rows.normalized(block);
        for (int i = 0; i < direction.length; i++) {
            direction[i] = Math.round(direction[i] * GRID) / GRID;
        }
        return direction;
    }

    /** Different numbers, without zeros, which may be mere padding. */
    private static int distinct(float[] row) {
        Set<Float> values = new HashSet<>();
        for (float value : row) {
            if (value != 0) {
                values.add(value);
            }
        }
        return values.size();
    }

    private static boolean few(float[] row) {
        int numbers = 0;
        for (float value : row) {
            numbers += value == 0 ? 0 : 1;
        }
        return distinct(row) <= FEWER * numbers;
    }

    private static int median(int[] counts) {
        int[] sorted = counts.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Whether the number survives binary16: 10 bits of fraction, fewer below 2^-14, and no more than 65,504. */
    private static boolean isHalf(float value) {
        float size = Math.abs(value);
        if (size > 65504) {
            return false;
        }
        float step = Math.scalb(1f, Math.max(Math.getExponent(size), -14) - 10);
        return size / step == Math.rint(size / step);
    }

    /** A row by its numbers. */
    @SuppressWarnings("ArrayRecordComponent")
    record Key(float[] row) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && Arrays.equals(row, key.row);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(row);
        }
    }
}
