package io.github.embeddinglab.training.adapter;

import io.github.embeddinglab.vectors.FloatMatrix;

/**
 * InfoNCE and its gradient by the map's values. For queries q_i, candidates c_j and the place t_i of the candidate that
 * answers q_i: mean over i of {@code -s_it + ln sum_j exp(s_ij)}, where s_ij = scale * cos(W q_i, W c_j), or
 * cos(W q_i, c_j) where the map is on the query side alone (van den Oord, Li and Vinyals 2018).
 */
@SuppressWarnings("ArrayRecordComponent") // within the package, never compared
record MapGradient(double loss, float[] up, float[] down) {
    /** One batch: queries m x d, candidates n x d, and for each query the place of its candidate. */
    record Batch(FloatMatrix queries, FloatMatrix candidates, int[] targets) {}

    /** How the map is used. */
    record Use(boolean both, double scale, int threads) {}

    static MapGradient of(VectorMap map, Batch batch, Use use) {
        int threads = use.threads();
        FloatMatrix mapped = map.apply(batch.queries(), threads);
        FloatMatrix other = use.both() ? map.apply(batch.candidates(), threads) : batch.candidates();
        FloatMatrix q = mapped.normalized();
        FloatMatrix c = other.normalized();
        float[] scores = Matrices.values(Matrices.timesTransposed(q, c, threads));
        double loss = softmax(scores, batch.targets(), c.rows(), use.scale());
        FloatMatrix byScore = FloatMatrix.of(scores, q.rows(), c.rows());
        FloatMatrix byQuery = throughLength(Matrices.times(byScore, c, threads), q, mapped);
        float[][] sums = {new float[map.up().length], new float[map.down().length]};
        add(map, byQuery, batch.queries(), sums, threads);
        if (use.both()) {
            FloatMatrix byCandidate = throughLength(Matrices.times(Matrices.transposed(byScore), q, threads), c, other);
            add(map, byCandidate, batch.candidates(), sums, threads);
        }
        return new MapGradient(loss, sums[0], sums[1]);
    }

    /** Turns cosines into the loss's derivatives by them, in place; gives the loss. */
    private static double softmax(float[] scores, int[] targets, int columns, double scale) {
        double loss = 0;
        int rows = targets.length;
        for (int row = 0; row < rows; row++) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int column = 0; column < columns; column++) {
                largest = Math.max(largest, scale * scores[row * columns + column]);
            }
            double sum = 0;
            for (int column = 0; column < columns; column++) {
                sum += Math.exp(scale * scores[row * columns + column] - largest);
            }
            double logarithm = largest + Math.log(sum);
            loss += logarithm - scale * scores[row * columns + targets[row]];
            for (int column = 0; column < columns; column++) {
                int at = row * columns + column;
                double share = Math.exp(scale * scores[at] - logarithm) - (column == targets[row] ? 1 : 0);
                scores[at] = (float) (scale * share / rows);
            }
        }
        return loss / rows;
    }

    /** From the derivative by a unit vector u = v / |v| to that by v: (g - (g u) u) / |v|. */
    private static FloatMatrix throughLength(FloatMatrix gradient, FloatMatrix unit, FloatMatrix vector) {
        int d = gradient.columns();
        float[] out = new float[gradient.rows() * d];
        for (int row = 0; row < gradient.rows(); row++) {
            float[] g = gradient.row(row);
            float[] u = unit.row(row);
            float[] v = vector.row(row);
            double along = 0;
            double length = 0;
            for (int i = 0; i < d; i++) {
                along += (double) g[i] * u[i];
                length += (double) v[i] * v[i];
            }
            double inverse = length > 0 ? 1 / Math.sqrt(length) : 0;
            for (int i = 0; i < d; i++) {
                out[row * d + i] = (float) ((g[i] - along * u[i]) * inverse);
            }
        }
        return FloatMatrix.of(out, gradient.rows(), d);
    }

    /** Adds the derivatives by up and down, given those by the mapped vectors. */
    private static void add(VectorMap map, FloatMatrix gradient, FloatMatrix vectors, float[][] sums, int threads) {
        FloatMatrix turned = Matrices.transposed(gradient);
        if (map.rank() == 0) {
            addTo(sums[1], Matrices.times(turned, vectors, threads));
            return;
        }
        int d = map.dimensions();
        FloatMatrix up = FloatMatrix.of(map.up(), d, map.rank());
        FloatMatrix down = FloatMatrix.of(map.down(), map.rank(), d);
        FloatMatrix inner = Matrices.timesTransposed(vectors, down, threads);
        addTo(sums[0], Matrices.times(turned, inner, threads));
        FloatMatrix byInner = Matrices.times(gradient, up, threads);
        addTo(sums[1], Matrices.times(Matrices.transposed(byInner), vectors, threads));
    }

    private static void addTo(float[] sum, FloatMatrix more) {
        float[] values = Matrices.values(more);
        for (int i = 0; i < sum.length; i++) {
            sum[i] += values[i];
        }
    }
}
