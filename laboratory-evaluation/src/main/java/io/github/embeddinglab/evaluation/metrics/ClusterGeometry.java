package io.github.embeddinglab.evaluation.metrics;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** How compact and how far apart given clusters of points are. Points are n arrays of d numbers. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class ClusterGeometry {
    private final double[][] points;
    private final int[] cluster;
    private final int[] sizes;
    private final double[][] centres;

    private ClusterGeometry(float[][] given, List<?> clusters) {
        if (given.length != clusters.size()) {
            throw new InvalidInputException(
                    given.length + " points and " + clusters.size() + " labels do not belong together; give one label a point");
        }
        Map<Object, Integer> names = new HashMap<>();
        points = new double[given.length][];
        cluster = new int[given.length];
        for (int i = 0; i < given.length; i++) {
            points[i] = new double[given[i].length];
            for (int j = 0; j < points[i].length; j++) {
                points[i][j] = given[i][j];
            }
            cluster[i] = names.computeIfAbsent(clusters.get(i), name -> names.size());
        }
        if (names.size() < 2 || names.size() >= given.length) {
            throw new InvalidInputException(names.size() + " clusters of " + given.length
                    + " points have no shape to measure; give at least 2 clusters and fewer than points");
        }
        sizes = new int[names.size()];
        centres = new double[names.size()][points[0].length];
        for (int i = 0; i < points.length; i++) {
            sizes[cluster[i]]++;
            for (int j = 0; j < points[i].length; j++) {
                centres[cluster[i]][j] += points[i][j];
            }
        }
        for (int c = 0; c < sizes.length; c++) {
            for (int j = 0; j < centres[c].length; j++) {
                centres[c][j] /= sizes[c];
            }
        }
    }

    /**
     * Prepares the figures; O(n d).
     *
     * @param points n arrays of d finite numbers
     * @param clusters the cluster of each point
     * @return the geometry
     * @throws InvalidInputException when lengths differ, or there are fewer than 2 clusters or not fewer than points
     */
    public static ClusterGeometry of(float[][] points, List<?> clusters) {
        return new ClusterGeometry(points, clusters);
    }

    /**
     * Silhouette of each point (Rousseeuw 1987): (b - a) / max(a, b), where a is the mean distance to its own cluster and
     * b that to the nearest other; 0 for a point alone in its cluster. O(n^2 d).
     *
     * @param distance {@link PairScore#EUCLIDEAN}, {@link PairScore#MANHATTAN}, or {@link PairScore#COSINE} for 1 - cosine
     * @return n numbers from -1 to 1; their mean is the silhouette score
     */
    public double[] silhouettes(PairScore distance) {
        int n = points.length;
        double[][] sums = new double[n][sizes.length];
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                double d = distance(distance, points[i], points[j]);
                sums[i][cluster[j]] += d;
                sums[j][cluster[i]] += d;
            }
        }
        double[] silhouettes = new double[n];
        for (int i = 0; i < n; i++) {
            int own = cluster[i];
            if (sizes[own] == 1) {
                continue;
            }
            double a = sums[i][own] / (sizes[own] - 1);
            double b = Double.POSITIVE_INFINITY;
            for (int c = 0; c < sizes.length; c++) {
                if (c != own) {
                    b = Math.min(b, sums[i][c] / sizes[c]);
                }
            }
            double most = Math.max(a, b);
            silhouettes[i] = most == 0 ? 0 : (b - a) / most;
        }
        return silhouettes;
    }

    private static double distance(PairScore kind, double[] a, double[] b) {
        double sum = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            switch (kind) {
                case EUCLIDEAN -> sum += (a[i] - b[i]) * (a[i] - b[i]);
                case MANHATTAN -> sum += Math.abs(a[i] - b[i]);
                default -> {
                    sum += a[i] * b[i];
                    aa += a[i] * a[i];
                    bb += b[i] * b[i];
                }
            }
        }
        return switch (kind) {
            case EUCLIDEAN -> Math.sqrt(sum);
            case MANHATTAN -> sum;
            case COSINE -> aa == 0 || bb == 0 ? 1 : 1 - sum / Math.sqrt(aa) / Math.sqrt(bb);
            case DOT -> throw new InvalidInputException("a dot product is no distance; use cosine, euclidean or manhattan");
        };
    }

    /**
     * Davies-Bouldin index (1979): the mean over clusters of the worst ratio of spreads to the distance of centres; lower
     * is better. O(n d + k^2 d).
     *
     * @return at least 0
     */
    public double daviesBouldin() {
        int k = sizes.length;
        double[] spread = new double[k];
        for (int i = 0; i < points.length; i++) {
            spread[cluster[i]] += distance(PairScore.EUCLIDEAN, points[i], centres[cluster[i]]) / sizes[cluster[i]];
        }
        double sum = 0;
        for (int a = 0; a < k; a++) {
            double worst = 0;
            for (int b = 0; b < k; b++) {
                double apart = a == b ? 0 : distance(PairScore.EUCLIDEAN, centres[a], centres[b]);
                if (apart > 0) {
                    worst = Math.max(worst, (spread[a] + spread[b]) / apart);
                }
            }
            sum += worst;
        }
        return sum / k;
    }

    /**
     * Calinski-Harabasz index (1974): variance between clusters by variance within, each by its degrees of freedom; higher
     * is better. O(n d).
     *
     * @return at least 0; 1 where all points are at their centres
     */
    public double calinskiHarabasz() {
        int n = points.length;
        int k = sizes.length;
        double[] mean = new double[points[0].length];
        for (double[] point : points) {
            for (int j = 0; j < mean.length; j++) {
                mean[j] += point[j] / n;
            }
        }
        double between = 0;
        for (int c = 0; c < k; c++) {
            double apart = distance(PairScore.EUCLIDEAN, centres[c], mean);
            between += sizes[c] * apart * apart;
        }
        double within = 0;
        for (int i = 0; i < n; i++) {
            double apart = distance(PairScore.EUCLIDEAN, points[i], centres[cluster[i]]);
            within += apart * apart;
        }
        return within == 0 ? 1 : between / (k - 1.0) / (within / (n - k));
    }
}
