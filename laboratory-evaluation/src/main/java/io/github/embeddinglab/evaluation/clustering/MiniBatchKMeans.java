package io.github.embeddinglab.evaluation.clustering;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Mini-batch k-means (Sculley 2010) from k-means++ centres (Arthur and Vassilvitskii 2007): each batch moves a centre to the
 * mean of all points that it has drawn so far. The best of several starts by inertia is kept. Deterministic for a seed;
 * O(starts batches b k d + n k d).
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class MiniBatchKMeans {
    private static final int STARTS = 3;
    private static final int MOST_PASSES = 100;
    /** Batches without a better smoothed inertia before it ends. */
    private static final int PATIENCE = 10;
    /** A centre that drew less than this share of the largest is put on a random point. */
    private static final double STARVED = 0.01;

    private final float[][] points;
    private final int k;
    private final int batch;

    private MiniBatchKMeans(float[][] points, int k, int batch) {
        this.points = points;
        this.k = k;
        this.batch = batch;
    }

    /**
     * Clusters points.
     *
     * @param points n arrays of d finite numbers
     * @param k how many clusters, 1 to n
     * @param batch points a step, at least 1
     * @param seed of the random numbers
     * @return the cluster of each point, 0 to k - 1
     * @throws InvalidInputException when k or batch is out of range
     */
    public static List<Integer> cluster(float[][] points, int k, int batch, long seed) {
        if (k < 1 || k > points.length || batch < 1) {
            throw new InvalidInputException(k + " clusters of " + points.length + " points in batches of " + batch
                    + "; give 1 to as many clusters as points, and batches of at least 1");
        }
        return new MiniBatchKMeans(points, k, Math.min(batch, points.length)).best(seed);
    }

    private List<Integer> best(long seed) {
        int[] best = new int[0];
        double bestInertia = Double.POSITIVE_INFINITY;
        for (int start = 0; start < STARTS; start++) {
            double[][] centres = run(new SplittableRandom(seed + start));
            int[] nearest = new int[points.length];
            double inertia = assign(points, centres, nearest);
            if (inertia < bestInertia) {
                bestInertia = inertia;
                best = nearest;
            }
        }
        List<Integer> clusters = new ArrayList<>(best.length);
        Arrays.stream(best).forEach(clusters::add);
        return clusters;
    }

    private double[][] run(SplittableRandom random) {
        double[][] centres = plusPlus(random);
        double[] drawn = new double[k];
        int batches = Math.max(1, MOST_PASSES * points.length / batch);
        double smoothed = Double.NaN;
        double least = Double.POSITIVE_INFINITY;
        double rate = Math.min(1, 2.0 * batch / (points.length + 1));
        int waited = 0;
        for (int step = 0; step < batches && waited < PATIENCE; step++) {
            float[][] rows = new float[batch][];
            for (int i = 0; i < batch; i++) {
                rows[i] = points[random.nextInt(points.length)];
            }
            int[] nearest = new int[batch];
            double inertia = assign(rows, centres, nearest) / batch;
            smoothed = Double.isNaN(smoothed) ? inertia : smoothed * (1 - rate) + inertia * rate;
            waited = smoothed < least ? 0 : waited + 1;
            least = Math.min(least, smoothed);
            for (int i = 0; i < batch; i++) {
                double[] centre = centres[nearest[i]];
                double share = 1 / ++drawn[nearest[i]];
                for (int j = 0; j < centre.length; j++) {
                    centre[j] += share * (rows[i][j] - centre[j]);
                }
            }
            if ((step + 1) % PATIENCE == 0) {
                feedStarved(centres, drawn, random);
            }
        }
        return centres;
    }

    private void feedStarved(double[][] centres, double[] drawn, SplittableRandom random) {
        double most = Arrays.stream(drawn).max().orElse(0);
        for (int c = 0; c < k; c++) {
            if (drawn[c] < STARVED * most) {
                centres[c] = widened(points[random.nextInt(points.length)]);
                drawn[c] = 1;
            }
        }
    }

    private double[][] plusPlus(SplittableRandom random) {
        int n = points.length;
        double[][] centres = new double[k][];
        centres[0] = widened(points[random.nextInt(n)]);
        double[] nearest = new double[n];
        Arrays.fill(nearest, Double.POSITIVE_INFINITY);
        for (int c = 1; c < k; c++) {
            double[] last = centres[c - 1];
            IntStream.range(0, n).parallel().forEach(i -> nearest[i] = Math.min(nearest[i], distance(points[i], last)));
            double left = random.nextDouble() * Arrays.stream(nearest).sum();
            int chosen = 0;
            while (chosen < n - 1 && left >= nearest[chosen]) {
                left -= nearest[chosen++];
            }
            centres[c] = widened(points[chosen]);
        }
        return centres;
    }

    private static double assign(float[][] rows, double[][] centres, int[] nearest) {
        double[] distances = new double[rows.length];
        IntStream.range(0, rows.length).parallel().forEach(i -> {
            double least = Double.POSITIVE_INFINITY;
            for (int c = 0; c < centres.length; c++) {
                double d = distance(rows[i], centres[c]);
                if (d < least) {
                    least = d;
                    nearest[i] = c;
                }
            }
            distances[i] = least;
        });
        return Arrays.stream(distances).sum();
    }

    private static double distance(float[] point, double[] centre) {
        double sum = 0;
        for (int j = 0; j < centre.length; j++) {
            double d = point[j] - centre[j];
            sum += d * d;
        }
        return sum;
    }

    private static double[] widened(float[] point) {
        double[] wide = new double[point.length];
        for (int j = 0; j < wide.length; j++) {
            wide[j] = point[j];
        }
        return wide;
    }
}
