package io.github.embeddinglab.evaluation.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.testkit.Seeds;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.apache.commons.math3.stat.correlation.Covariance;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Figures on whole spaces: equal to the reference's to within 1e-6, and to a second implementation on random cases. */
@Tag("unit")
@ExtendWith(Seeds.class)
class SpacesTest {
    private static final double CLOSE = 1e-6;
    private static JsonNode reference = new ObjectMapper().createObjectNode();

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = SpacesTest.class.getResourceAsStream("/evaluation.json")) {
            reference = new ObjectMapper().readTree(Objects.requireNonNull(in));
        }
    }

    private static float[][] matrix(JsonNode node) {
        float[][] rows = new float[node.size()][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = new float[node.get(i).size()];
            for (int j = 0; j < rows[i].length; j++) {
                rows[i][j] = (float) node.get(i).get(j).doubleValue();
            }
        }
        return rows;
    }

    private static double[][] doubles(float[][] rows) {
        double[][] copy = new double[rows.length][rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < rows[i].length; j++) {
                copy[i][j] = rows[i][j];
            }
        }
        return copy;
    }

    private static void close(double value, JsonNode node, String name) {
        assertThat(value).as(name).isCloseTo(node.get(name).doubleValue(), within(CLOSE));
    }

    @Test
    void distributionOfTheReference() {
        JsonNode node = reference.get("distribution");
        float[][] rows = matrix(node.get("x"));
        Distribution distribution = Distribution.of(rows);
        close(distribution.isoScore(), node, "isoscore");
        close(distribution.meanCosine(), node, "mean_cosine");
        close(distribution.rankMe(), node, "rankme");
        close(distribution.effectiveRank(), node, "effective_rank_covariance");
        close(distribution.participationRatio(), node, "participation_ratio");
        close(distribution.uniformity(2), node, "uniformity_t2");
        close(distribution.hubness(10), node, "hubness_skewness_k10");
        close(
                SpaceComparison.of(Arrays.copyOf(rows, 100), Arrays.copyOfRange(rows, 100, 200)).alignment(),
                node,
                "alignment_of_first_half_to_second");
        // the reference's eigenvectors have these signs, from the greatest eigenvalue down: whether the largest entry is positive
        boolean[] positive = {
            false, false, true, true, true, false, true, false, true, true, false, false,
            true, true, true, true, false, true, false, false, false, true, true, true
        };
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        for (int axis = 0; axis < positive.length; axis++) {
            double z = distribution.partition(axis, positive[axis]);
            least = Math.min(least, z);
            most = Math.max(most, z);
        }
        assertThat(least / most).isCloseTo(node.get("partition_isotropy").doubleValue(), within(CLOSE));
        assertThat(distribution.partitionIsotropy()).isLessThan(least / most).isPositive();
    }

    @Test
    void comparisonOfTheReference() {
        JsonNode node = reference.get("comparison");
        SpaceComparison comparison = SpaceComparison.of(matrix(node.get("x")), matrix(node.get("y")));
        close(comparison.linearCka(), node, "linear_cka");
        close(comparison.neighbourOverlap(10), node, "knn_overlap_k10");
        SpaceComparison.Rotation rotation =
                SpaceComparison.of(matrix(node.get("x")), matrix(node.get("target"))).procrustes();
        close(rotation.residual(), node, "procrustes_residual");
        for (int i = 0; i < 24; i++) {
            for (int j = 0; j < 24; j++) {
                assertThat(rotation.matrix()[i][j])
                        .isCloseTo(node.get("procrustes_rotation").get(i).get(j).doubleValue(), within(CLOSE));
            }
        }
        assertThatThrownBy(comparison::procrustes).isInstanceOf(InvalidInputException.class).hasMessageContaining("24 and 18");
    }

    @Test
    void componentsOfTheReference() {
        JsonNode node = reference.get("clusters");
        float[][] rows = matrix(node.get("x"));
        PrincipalComponents components = PrincipalComponents.of(rows, 5);
        for (int k = 0; k < 5; k++) {
            JsonNode axis = node.get("pca_components").get(k);
            double sign = Math.signum(Spaces.dot(components.axes()[k], doubles(new float[][] {floats(axis)})[0]));
            for (int j = 0; j < axis.size(); j++) {
                // the reference decomposed in float32
                assertThat(sign * components.axes()[k][j]).isCloseTo(axis.get(j).doubleValue(), within(2e-6));
            }
            assertThat(components.variances()[k] / node.get("pca_explained_variance").get(k).doubleValue())
                    .isCloseTo(1, within(CLOSE));
            assertThat(components.variancesExplained()[k])
                    .isCloseTo(node.get("pca_explained_variance_ratio").get(k).doubleValue(), within(CLOSE));
            for (int i = 0; i < rows.length; i++) {
                assertThat(sign * components.projection()[i][k])
                        .isCloseTo(node.get("pca_projection").get(i).get(k).doubleValue(), within(5e-5));
            }
        }
        double[][] all = doubles(rows);
        double[][] two = PrincipalComponents.of(rows, 2).projection();
        assertThat(PrincipalComponents.trustworthiness(all, two, 10))
                .isCloseTo(node.get("trustworthiness_k10_of_pca2").doubleValue(), within(CLOSE));
        assertThat(PrincipalComponents.trustworthiness(all, components.projection(), 15))
                .isCloseTo(node.get("trustworthiness_k15_of_pca5").doubleValue(), within(CLOSE));
    }

    private static float[] floats(JsonNode node) {
        float[] row = new float[node.size()];
        for (int i = 0; i < row.length; i++) {
            row[i] = (float) node.get(i).doubleValue();
        }
        return row;
    }

    @Test
    void associationOfTheReference() {
        JsonNode node = reference.get("weat");
        WordAssociation test = WordAssociation.of(
                new WordAssociation.Targets(matrix(node.get("x")), matrix(node.get("y"))),
                new WordAssociation.Attributes(matrix(node.get("a")), matrix(node.get("b"))));
        close(test.statistic(), node, "statistic");
        close(test.effectSize(), node, "effect_size");
        close(test.pValue(1), node, "p_value_exact_one_sided");
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
            double[] spectrum = new EigenDecomposition(new Covariance(doubles(x)).getCovarianceMatrix()).getRealEigenvalues();
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
            assertThat(PrincipalComponents.trustworthiness(doubles(x), doubles(x), 3)).isEqualTo(1);
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
