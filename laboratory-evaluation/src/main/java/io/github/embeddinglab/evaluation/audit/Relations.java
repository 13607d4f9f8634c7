package io.github.embeddinglab.evaluation.audit;

import io.github.embeddinglab.evaluation.metrics.Correlation;
import io.github.embeddinglab.vectors.FloatMatrix;
import io.github.embeddinglab.vectors.MatrixProduct;
import java.util.Arrays;

/** What two sets of vectors have in common when no vector equals the predicted one. */
final class Relations {
    private static final int MOST_ROWS = 200;

    private Relations() {}

    /** Where each vector is found among all rows, by its nearest one; -1 below the cosine from which they agree. */
    static int[] whereFound(float[][] wanted, FloatMatrix stored, double match) {
        int[] found = new int[wanted.length];
        if (wanted.length == 0) {
            return found;
        }
        int block = Math.max(1, 8_000_000 / stored.rows());
        for (int first = 0; first < wanted.length; first += block) {
            int count = Math.min(block, wanted.length - first);
            float[][] part = new float[count][];
            System.arraycopy(wanted, first, part, 0, count);
            float[] scores = MatrixProduct.scores(
                    FloatMatrix.ofRows(part), stored, Runtime.getRuntime().availableProcessors());
            for (int i = 0; i < count; i++) {
                int best = -1;
                float most = (float) match;
                for (int row = 0; row < stored.rows(); row++) {
                    float score = scores[i * stored.rows() + row];
                    if (score >= most) {
                        most = score;
                        best = row;
                    }
                }
                found[first + i] = best;
            }
        }
        return found;
    }

    /** Share of stored rows whose nearest model vector, among those of all sampled texts, is that of their own text. */
    static double ownTextFirst(float[][] stored, float[][] model, int[] which) {
        int first = 0;
        for (int i : which) {
            double own = Rows.dot(stored[i], model[i]);
            boolean nearest = true;
            for (int j = 0; j < model.length && nearest; j++) {
                nearest = j == i || Rows.dot(stored[i], model[j]) < own + 1e-9;
            }
            first += nearest ? 1 : 0;
        }
        return (double) first / which.length;
    }

    /**
     * Rank correlation of the cosines of pairs of rows in both sets (representational similarity analysis; Kriegeskorte et
     * al. 2008). It needs no common space, so two models agree in it and unrelated vectors do not.
     */
    static double sameGeometry(float[][] stored, float[][] model, int[] which) {
        Pairs pairs = Pairs.of(stored, model, which);
        return Correlation.spearman(pairs.first, pairs.second).value();
    }

    /** The largest difference of a pair's cosine in both sets: about 0 where one set is the other one rotated. */
    static double geometryError(float[][] stored, float[][] model, int[] which) {
        Pairs pairs = Pairs.of(stored, model, which);
        double most = 0;
        for (int i = 0; i < pairs.first.length; i++) {
            most = Math.max(most, Math.abs(pairs.first[i] - pairs.second[i]));
        }
        return most;
    }

    /**
     * How near each row is to the model's nearest vector of another text, after the model's mean is subtracted; the median
     * over some rows. Rows of the model are near vectors of other texts that say something alike, rows of another space are not.
     */
    static double nearestOther(float[][] rows, float[][] model, int[] which) {
        float[] mean = Rows.mean(Arrays.asList(model), model[0].length);
        float[][] centred = Arrays.stream(model).map(row -> Rows.minus(row, mean)).toArray(float[][]::new);
        double[] nearest = new double[which.length];
        for (int k = 0; k < which.length; k++) {
            float[] row = Rows.minus(rows[which[k]], mean);
            nearest[k] = -1;
            for (int j = 0; j < model.length; j++) {
                nearest[k] = j == which[k] ? nearest[k] : Math.max(nearest[k], Rows.cosine(row, centred[j]));
            }
        }
        Arrays.sort(nearest);
        return nearest[nearest.length / 2];
    }

    /**
     * What is left of rows when their share along the model's vectors is taken out, and how much of that lies along one
     * direction, the same for all: fitted on every other row by power iteration, judged on the rest; 0 to 1.
     */
    static double commonDirection(float[][] stored, float[][] model, int[] which) {
        float[][] rest = Arrays.stream(which).mapToObj(i -> Rows.beside(stored[i], model[i])).toArray(float[][]::new);
        float[] direction = rest[0];
        for (int round = 0; round < 20; round++) {
            double[] sum = new double[direction.length];
            for (int i = 0; i < rest.length; i += 2) {
                double along = Rows.dot(rest[i], direction);
                for (int j = 0; j < sum.length; j++) {
                    sum[j] += along * rest[i][j];
                }
            }
            float[] next = new float[sum.length];
            for (int j = 0; j < sum.length; j++) {
                next[j] = (float) sum[j];
            }
            direction = Rows.normalized(next);
        }
        double along = 0;
        double all = 0;
        for (int i = 1; i < rest.length; i += 2) {
            along += Math.pow(Rows.dot(rest[i], direction), 2);
            all += Rows.dot(rest[i], rest[i]);
        }
        return all == 0 ? 0 : along / all;
    }

    /** Length of the mean difference of stored rows from the model's, against their root mean square: 1 where all move alike. */
    static double commonShift(float[][] stored, float[][] model, int[] which) {
        float[][] shifts = Arrays.stream(which).mapToObj(i -> Rows.minus(stored[i], model[i])).toArray(float[][]::new);
        double squares = 0;
        for (float[] shift : shifts) {
            squares += Rows.dot(shift, shift);
        }
        double mean = Rows.norm(Rows.mean(Arrays.asList(shifts), shifts[0].length));
        return squares == 0 ? 0 : mean / Math.sqrt(squares / shifts.length);
    }

    private static final class Pairs {
        private final double[] first;
        private final double[] second;

        private Pairs(int count) {
            first = new double[count];
            second = new double[count];
        }

        static Pairs of(float[][] stored, float[][] model, int[] which) {
            int n = Math.min(MOST_ROWS, which.length);
            Pairs pairs = new Pairs(n * (n - 1) / 2);
            int at = 0;
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < i; j++) {
                    pairs.first[at] = Rows.cosine(stored[which[i]], stored[which[j]]);
                    pairs.second[at] = Rows.cosine(model[which[i]], model[which[j]]);
                    at++;
                }
            }
            return pairs;
        }
    }
}
