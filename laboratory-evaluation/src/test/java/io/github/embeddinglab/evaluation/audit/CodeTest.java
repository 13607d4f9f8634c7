package io.github.embeddinglab.evaluation.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors that are coded here, so that the cosine between each and its code is known. */
class CodeTest {
    private static final int ROWS = 200;
    private static final int COLUMNS = 256;
    private static final long SEED = 11;

    private final Random random = new Random(SEED);
    private final List<float[]> right = vectors();

    /** Unit vectors, some columns of which are larger and off zero, as those of many models are. */
    private List<float[]> vectors() {
        List<float[]> rows = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            float[] row = new float[COLUMNS];
            for (int j = 0; j < COLUMNS; j++) {
                row[j] = (float) (random.nextGaussian() * (j % 17 == 0 ? 1.5 : 1) + (j % 23 == 0 ? 1 : 0));
            }
            rows.add(Rows.normalized(row));
        }
        return rows;
    }

    /** Levels evenly spaced between the least and the largest number. */
    private static float[] rounded(float[] numbers, int levels) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (float number : numbers) {
            low = Math.min(low, number);
            high = Math.max(high, number);
        }
        double step = (high - low) / (levels - 1);
        float[] coded = new float[numbers.length];
        for (int i = 0; i < coded.length; i++) {
            coded[i] = (float) (low + Math.rint((numbers[i] - low) / step) * step);
        }
        return coded;
    }

    private static List<float[]> transposed(List<float[]> rows) {
        List<float[]> columns = new ArrayList<>();
        for (int j = 0; j < rows.get(0).length; j++) {
            float[] column = new float[rows.size()];
            for (int i = 0; i < column.length; i++) {
                column[i] = rows.get(i)[j];
            }
            columns.add(column);
        }
        return columns;
    }

    private List<float[]> each(UnaryOperator<float[]> change) {
        return right.stream().map(change).toList();
    }

    /** Nearly all rows agree with their codes, and what is asked for is not far below what they reach. */
    private void agrees(List<float[]> coded, Code code) {
        double[] errors = new double[ROWS];
        for (int i = 0; i < ROWS; i++) {
            errors[i] = 1 - Rows.cosine(coded.get(i), right.get(i));
        }
        Arrays.sort(errors);
        assertThat(1 - code.match()).as(code + ", seed " + SEED).isBetween(errors[(int) (0.98 * ROWS)], 3 * errors[ROWS / 2]);
    }

    @ParameterizedTest
    @ValueSource(ints = {31, 15, 7})
    void levelsOfRowsColumnsAndTheWhole(int levels) {
        List<float[]> byRow = each(row -> rounded(row, levels));
        Code ofRows = Code.of(byRow);
        assertThat(ofRows.kind()).isEqualTo(Code.Kind.LEVELS);
        assertThat(ofRows.label()).contains(levels > 16 ? "8 bits" : "4 bits or fewer", "a row");
        agrees(byRow, ofRows);

        List<float[]> byColumn = transposed(transposed(right).stream().map(column -> rounded(column, levels)).toList());
        Code ofColumns = Code.of(byColumn);
        assertThat(ofColumns.kind()).isEqualTo(Code.Kind.LEVELS);
        assertThat(ofColumns.label()).contains("a column");
        agrees(byColumn, ofColumns);

        float step = 1.2f / levels;
        List<float[]> byStore = each(row -> {
            float[] coded = new float[COLUMNS];
            for (int j = 0; j < COLUMNS; j++) {
                coded[j] = Math.round(row[j] / step) * step;
            }
            return coded;
        });
        Code ofStore = Code.of(byStore);
        assertThat(ofStore.label()).contains("in the whole store");
        agrees(byStore, ofStore);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void productQuantisation(int width) {
        List<float[]> coded = each(row -> new float[COLUMNS]);
        for (int from = 0; from < COLUMNS; from += width) {
            int first = from;
            List<float[]> blocks = each(row -> Arrays.copyOfRange(row, first, first + width));
            List<float[]> centroids = centroids(blocks, 32);
            for (int i = 0; i < ROWS; i++) {
                System.arraycopy(nearest(centroids, blocks.get(i)), 0, coded.get(i), from, width);
            }
        }
        Code code = Code.of(coded);
        assertThat(code.kind()).isEqualTo(Code.Kind.PRODUCT);
        assertThat(code.label()).contains("blocks of " + width + " columns");
        agrees(coded, code);

        List<float[]> units = coded.stream().map(Rows::normalized).toList();
        Code normalised = Code.of(units);
        assertThat(normalised.kind()).isEqualTo(Code.Kind.PRODUCT);
        agrees(units, normalised);
    }

    private static float[] nearest(List<float[]> centroids, float[] block) {
        float[] best = centroids.get(0);
        for (float[] centroid : centroids) {
            best = Rows.norm(Rows.minus(block, centroid)) < Rows.norm(Rows.minus(block, best)) ? centroid : best;
        }
        return best;
    }

    private List<float[]> centroids(List<float[]> blocks, int count) {
        List<float[]> centroids = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            centroids.add(blocks.get(random.nextInt(ROWS)));
        }
        for (int round = 0; round < 6; round++) {
            List<float[]> before = List.copyOf(centroids);
            for (int k = 0; k < count; k++) {
                float[] centroid = before.get(k);
                List<float[]> own = blocks.stream().filter(block -> nearest(before, block) == centroid).toList();
                centroids.set(k, own.isEmpty() ? centroid : Rows.mean(own, centroid.length));
            }
        }
        return centroids;
    }

    @Test
    void fullPrecisionHalfPrecisionAndSigns() {
        assertThat(Code.of(right).kind()).isEqualTo(Code.Kind.NONE);
        assertThat(Code.of(each(row -> {
            float[] upper = new float[COLUMNS];
            for (int j = 0; j < COLUMNS; j++) {
                upper[j] = Float.intBitsToFloat(Float.floatToRawIntBits(row[j]) & 0xffff0000);
            }
            return upper;
        })).kind()).isEqualTo(Code.Kind.BFLOAT);
        assertThat(Code.of(each(row -> {
            float[] signs = new float[COLUMNS];
            for (int j = 0; j < COLUMNS; j++) {
                signs[j] = Math.signum(row[j]);
            }
            return signs;
        })).kind()).isEqualTo(Code.Kind.BINARY);
    }
}
