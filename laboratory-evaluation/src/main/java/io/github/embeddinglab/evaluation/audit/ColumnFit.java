package io.github.embeddinglab.evaluation.audit;

import java.util.Arrays;

/**
 * Explains stored rows by one change of all columns: x = s (c * b + a), with b the model's vector, a and c the same for all
 * rows and s a scale of each row. Fitted by alternating least squares on one half of the rows and judged by the cosine on
 * the other half, so that free numbers cannot explain anything by chance. O(rounds n d).
 *
 * @param scale c, by column
 * @param offset a, by column
 * @param heldOut median cosine on rows that were not fitted
 * @param lowest the tenth of these cosines from below
 */
@SuppressWarnings("ArrayRecordComponent")
record ColumnFit(double[] scale, double[] offset, double heldOut, double lowest) {
    private static final int ROUNDS = 12;

    /**
     * Fits.
     *
     * @param stored n rows
     * @param model n rows of as many columns
     * @param scaled whether columns are scaled too, not only shifted
     */
    static ColumnFit of(float[][] stored, float[][] model, boolean scaled) {
        int n = stored.length;
        int columns = stored[0].length;
        double[] c = new double[columns];
        Arrays.fill(c, 1);
        double[] a = new double[columns];
        double[] s = new double[n];
        Arrays.fill(s, 1);
        for (int round = 0; round < ROUNDS; round++) {
            for (int j = 0; j < columns; j++) {
                column(stored, model, s, j, scaled, c, a);
            }
            for (int i = 0; i < n; i += 2) {
                double along = 0;
                double square = 0;
                for (int j = 0; j < columns; j++) {
                    double m = c[j] * model[i][j] + a[j];
                    along += stored[i][j] * m;
                    square += m * m;
                }
                s[i] = square == 0 || along <= 0 ? 1 : along / square;
            }
        }
        double[] cosines = new double[n / 2];
        for (int i = 1; i < n; i += 2) {
            cosines[i / 2] = Rows.cosine(stored[i], apply(model[i], c, a));
        }
        Arrays.sort(cosines);
        return new ColumnFit(c, a, cosines[cosines.length / 2], cosines[cosines.length / 10]);
    }

    private static void column(
            float[][] stored, float[][] model, double[] s, int j, boolean scaled, double[] c, double[] a) {
        double count = 0;
        double x = 0;
        double b = 0;
        for (int i = 0; i < stored.length; i += 2) {
            x += stored[i][j] / s[i];
            b += model[i][j];
            count++;
        }
        x /= count;
        b /= count;
        if (scaled) {
            double both = 0;
            double square = 0;
            for (int i = 0; i < stored.length; i += 2) {
                both += (stored[i][j] / s[i] - x) * (model[i][j] - b);
                square += (model[i][j] - b) * (model[i][j] - b);
            }
            c[j] = square == 0 ? 1 : both / square;
        }
        a[j] = x - c[j] * b;
    }

    private static float[] apply(float[] row, double[] c, double[] a) {
        float[] out = new float[row.length];
        for (int j = 0; j < row.length; j++) {
            out[j] = (float) (c[j] * row[j] + a[j]);
        }
        return out;
    }

    float[] apply(float[] row) {
        return apply(row, scale, offset);
    }

    /** The vector that a stored row stands for. */
    float[] undo(float[] row) {
        float[] out = new float[row.length];
        for (int j = 0; j < row.length; j++) {
            out[j] = scale[j] == 0 ? 0 : (float) ((row[j] - offset[j]) / scale[j]);
        }
        return out;
    }
}
