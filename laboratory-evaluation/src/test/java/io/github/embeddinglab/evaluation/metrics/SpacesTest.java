package io.github.embeddinglab.evaluation.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.testkit.Seeds;
import java.util.Arrays;
import java.util.Random;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.apache.commons.math3.stat.correlation.Covariance;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Figures on whole spaces: equal to the reference's to within 1e-6, and to a second implementation on random cases. */
@Tag("unit")
@ExtendWith(Seeds.class)
class SpacesTest {
    private final Oracle oracle = Oracle.read();

    @Test
    void distributionOfTheReference() {
        JsonNode node = oracle.group("distribution");
        float[][] rows = Oracle.matrix(node.get("x"));
        Distribution distribution = Distribution.of(rows);
        Oracle.close(distribution.isoScore(), node, "isoscore");
        Oracle.close(distribution.meanCosine(), node, "mean_cosine");
        Oracle.close(distribution.rankMe(), node, "rankme");
        Oracle.close(distribution.effectiveRank(), node, "effective_rank_covariance");
        Oracle.close(distribution.participationRatio(), node, "participation_ratio");
        Oracle.close(distribution.uniformity(2), node, "uniformity_t2");
        Oracle.close(distribution.hubness(10), node, "hubness_skewness_k10");
        Oracle.close(
                SpaceComparison.of(Arrays.copyOf(rows, 100), Arrays.copyOfRange(rows, 100, 200)).alignment(),
                node,
                "alignment_of_first_half_to_second");
        double published = node.get("partition_isotropy").doubleValue();
        assertThat(Math.abs(nearestRatio(distribution, 24, published) - published)).isLessThan(Oracle.CLOSE);
        assertThat(distribution.partitionIsotropy()).isLessThan(published).isPositive();
    }

    /**
     * An eigenvector's sign is free, and so is the reference's figure: of all choices of signs the least-to-greatest ratio
     * nearest to it. Two signed axes can be the extremes where every other axis has a sign that lies between.
     */
    private static double nearestRatio(Distribution distribution, int axes, double wanted) {
        double nearest = Double.NaN;
        for (int end = 0; end < 4 * axes * axes; end++) {
            int low = end / (2 * axes);
            int high = end % (2 * axes);
            double least = distribution.partition(low / 2, low % 2 == 0);
            double most = distribution.partition(high / 2, high % 2 == 0);
            boolean possible = low / 2 != high / 2 && least <= most;
            for (int axis = 0; axis < axes && possible; axis++) {
                boolean fixed = axis == low / 2 || axis == high / 2;
                double one = distribution.partition(axis, true);
                double other = distribution.partition(axis, false);
                possible = fixed || (one >= least && one <= most) || (other >= least && other <= most);
            }
            if (possible && !(Math.abs(least / most - wanted) >= Math.abs(nearest - wanted))) {
                nearest = least / most;
            }
        }
        return nearest;
    }

    @Test
    void comparisonOfTheReference() {
        JsonNode node = oracle.group("comparison");
        SpaceComparison comparison = SpaceComparison.of(Oracle.matrix(node.get("x")), Oracle.matrix(node.get("y")));
        Oracle.close(comparison.linearCka(), node, "linear_cka");
        Oracle.close(comparison.neighbourOverlap(10), node, "knn_overlap_k10");
        SpaceComparison.Rotation rotation =
                SpaceComparison.of(Oracle.matrix(node.get("x")), Oracle.matrix(node.get("target"))).procrustes();
        Oracle.close(rotation.residual(), node, "procrustes_residual");
        for (int i = 0; i < 24; i++) {
            for (int j = 0; j < 24; j++) {
                assertThat(rotation.matrix()[i][j])
                        .isCloseTo(node.get("procrustes_rotation").get(i).get(j).doubleValue(), within(Oracle.CLOSE));
            }
        }
        assertThatThrownBy(comparison::procrustes).isInstanceOf(InvalidInputException.class).hasMessageContaining("24 and 18");
    }

    @Test
    void componentsOfTheReference() {
        JsonNode node = oracle.group("clusters");
        float[][] rows = Oracle.matrix(node.get("x"));
        PrincipalComponents components = PrincipalComponents.of(rows, 5);
        double[][] centred = Spaces.centred(Oracle.doubles(rows));
        for (int k = 0; k < 5; k++) {
            JsonNode axis = node.get("pca_components").get(k);
            double[] theirs = Oracle.vector(axis);
            double sign = Math.signum(Spaces.dot(components.axes()[k], theirs));
            double turned = 0;
            for (int j = 0; j < theirs.length; j++) {
                double difference = sign * components.axes()[k][j] - theirs[j];
                assertThat(difference).as("axis %d, column %d", k, j).isCloseTo(0, within(Oracle.CLOSE));
                turned += difference * difference;
            }
            assertThat(components.variances()[k] / node.get("pca_explained_variance").get(k).doubleValue())
                    .isCloseTo(1, within(Oracle.CLOSE));
            assertThat(components.variancesExplained()[k])
                    .isCloseTo(node.get("pca_explained_variance_ratio").get(k).doubleValue(), within(Oracle.CLOSE));
            for (int i = 0; i < rows.length; i++) {
                double expected = node.get("pca_projection").get(i).get(k).doubleValue();
                // the reference projected in float32 on axes of float32: given its own axes it is right to this much
                assertThat(Spaces.dot(theirs, centred[i])).isCloseTo(expected, within(5e-6));
                // and ours is off by no more than these axes are turned, which is below 1e-6 a column
                double norm = Math.sqrt(Spaces.dot(centred[i], centred[i]));
                assertThat(sign * components.projection()[i][k]).isCloseTo(expected, within(norm * Math.sqrt(turned) + 5e-6));
            }
        }
        double[][] all = Oracle.doubles(rows);
        double[][] two = PrincipalComponents.of(rows, 2).projection();
        assertThat(PrincipalComponents.trustworthiness(all, two, 10))
                .isCloseTo(node.get("trustworthiness_k10_of_pca2").doubleValue(), within(Oracle.CLOSE));
        assertThat(PrincipalComponents.trustworthiness(all, components.projection(), 15))
                .isCloseTo(node.get("trustworthiness_k15_of_pca5").doubleValue(), within(Oracle.CLOSE));
    }

    @Test
    void associationOfTheReference() {
        JsonNode node = oracle.group("weat");
        WordAssociation test = WordAssociation.of(
                new WordAssociation.Targets(Oracle.matrix(node.get("x")), Oracle.matrix(node.get("y"))),
                new WordAssociation.Attributes(Oracle.matrix(node.get("a")), Oracle.matrix(node.get("b"))));
        Oracle.close(test.statistic(), node, "statistic");
        Oracle.close(test.effectSize(), node, "effect_size");
        Oracle.close(test.pValue(1), node, "p_value_exact_one_sided");
    }

    @Test
    void singularValuesEqualASecondImplementation(Seeds.Seed seed) {
        Random random = seed.random();
        for (int round = 0; round < 25; round++) {
            int m = 2 + random.nextInt(40);
            int n = 1 + random.nextInt(20);
            double[][] a = new double[m][n];
            for (double[] row : a) {
                for (int j = 0; j < n; j++) {
                    row[j] = round % 3 == 0 && j > n / 2 ? row[0] : random.nextGaussian();
                }
            }
            SingularValues ours = SingularValues.of(a);
            double[] theirs = new SingularValueDecomposition(new Array2DRowRealMatrix(a)).getSingularValues();
            for (int k = 0; k < theirs.length; k++) {
                assertThat(ours.values()[k]).as(seed::toString).isCloseTo(theirs[k], within(1e-9));
            }
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int k = 0; k < n; k++) {
                        sum += ours.left()[k][i] * ours.values()[k] * ours.right()[k][j];
                    }
                    assertThat(sum).as(seed::toString).isCloseTo(a[i][j], within(1e-9));
                }
            }
        }
    }

    @Test
    void figuresEqualNaiveOnes(Seeds.Seed seed) {
        Random random = seed.random();
        for (int round = 0; round < 20; round++) {
            int n = 8 + random.nextInt(30);
            float[][] x = random(random, n, 6);
            float[][] y = random(random, n, 4 + random.nextInt(5));
            double[] spectrum = new EigenDecomposition(new Covariance(Oracle.doubles(x)).getCovarianceMatrix()).getRealEigenvalues();
            double sum = Arrays.stream(spectrum).sum();
            double squares = Arrays.stream(spectrum).map(v -> v * v).sum();
            assertThat(Distribution.of(x).participationRatio()).as(seed::toString).isCloseTo(sum * sum / squares, within(1e-9));
            assertThat(Distribution.of(x).effectiveRank())
                    .as(seed::toString)
                    .isCloseTo(Math.exp(-Arrays.stream(spectrum).map(v -> v / sum * Math.log(v / sum)).sum()), within(1e-9));
            // CKA by the kernels' own definition: HSIC of centred Gram matrices
            assertThat(SpaceComparison.of(x, y).linearCka()).as(seed::toString).isCloseTo(hsic(x, y) / Math.sqrt(hsic(x, x) * hsic(y, y)), within(1e-9));
            assertThat(SpaceComparison.of(x, x).neighbourOverlap(3)).isEqualTo(1);
            assertThat(SpaceComparison.of(x, x).procrustes().residual()).isCloseTo(0, within(1e-6));
            assertThat(PrincipalComponents.trustworthiness(Oracle.doubles(x), Oracle.doubles(x), 3)).isEqualTo(1);
        }
        assertThatThrownBy(() -> Distribution.of(new float[][] {{1, 2}, {0, 0}}))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("vector 1 is zero");
        assertThatThrownBy(() -> Distribution.of(new float[][] {{1, 2}, {Float.NaN, 0}}))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("not finite");
    }

    private static float[][] random(Random random, int n, int d) {
        float[][] rows = new float[n][d];
        for (float[] row : rows) {
            for (int j = 0; j < d; j++) {
                row[j] = (float) random.nextGaussian();
            }
        }
        return rows;
    }

    private static double hsic(float[][] x, float[][] y) {
        double[][] k = gram(x);
        double[][] l = gram(y);
        double sum = 0;
        for (int i = 0; i < k.length; i++) {
            for (int j = 0; j < k.length; j++) {
                sum += k[i][j] * l[i][j];
            }
        }
        return sum;
    }

    private static double[][] gram(float[][] rows) {
        int n = rows.length;
        double[][] gram = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (int c = 0; c < rows[i].length; c++) {
                    gram[i][j] += (double) rows[i][c] * rows[j][c];
                }
            }
        }
        double[] mean = Arrays.stream(gram).mapToDouble(row -> Arrays.stream(row).average().orElse(0)).toArray();
        double all = Arrays.stream(mean).average().orElse(0);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                gram[i][j] += all - mean[i] - mean[j];
            }
        }
        return gram;
    }
}
