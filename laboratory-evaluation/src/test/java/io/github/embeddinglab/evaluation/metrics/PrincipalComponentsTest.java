package io.github.embeddinglab.evaluation.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.testkit.Seeds;
import java.util.Random;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.stat.correlation.Covariance;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Components in double precision. The oracle's were computed in float32, whose axes are orthonormal to 8e-7 only; a second
 * implementation in double precision is held to much less. Signs are free and take no part.
 */
@Tag("unit")
@ExtendWith(Seeds.class)
class PrincipalComponentsTest {
    private static final double CLOSE = 1e-8;
    private static final int COMPONENTS = 4;

    @Test
    void componentsEqualASecondImplementation(Seeds.Seed seed) {
        Random random = seed.random();
        for (int round = 0; round < 10; round++) {
            float[][] rows = new float[60 + random.nextInt(60)][9];
            double[][] exact = new double[rows.length][9];
            for (int i = 0; i < rows.length; i++) {
                for (int j = 0; j < 9; j++) {
                    // variances far apart: axes of equal variances are free to turn
                    rows[i][j] = (float) (random.nextGaussian() * Math.pow(1.8, j) + 5);
                    exact[i][j] = rows[i][j];
                }
            }
            PrincipalComponents components = PrincipalComponents.of(rows, COMPONENTS);
            EigenDecomposition second = new EigenDecomposition(new Covariance(exact).getCovarianceMatrix());
            double[][] centred = Spaces.centred(exact);
            for (int k = 0; k < COMPONENTS; k++) {
                double[] axis = second.getEigenvector(k).toArray();
                double sign = Math.signum(Spaces.dot(components.axes()[k], axis));
                assertThat(components.variances()[k] / second.getRealEigenvalue(k)).as(seed::toString).isCloseTo(1, within(CLOSE));
                for (int j = 0; j < axis.length; j++) {
                    assertThat(sign * components.axes()[k][j]).as(seed::toString).isCloseTo(axis[j], within(CLOSE));
                }
                double[] projected = new Array2DRowRealMatrix(centred).operate(axis);
                for (int i = 0; i < projected.length; i++) {
                    assertThat(sign * components.projection()[i][k])
                            .as(seed::toString)
                            .isCloseTo(projected[i], within(CLOSE * 100));
                }
            }
        }
    }
}
