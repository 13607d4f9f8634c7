package io.github.embeddinglab.evaluation.classification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class LogisticRegressionTest {
    private static final LogisticRegression.Settings EXACT = new LogisticRegression.Settings(1, 5_000, 1e-10);

    /** Points that any language can make: sin and cos of small products. */
    private static float[][] points(int n, int d) {
        float[][] points = new float[n][d];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < d; j++) {
                points[i][j] = (float) (Math.sin(1.3 * i + 0.7 * j) + 0.5 * Math.cos(0.11 * i * (j + 1)));
            }
        }
        return points;
    }

    private static List<String> labels(int n, int k) {
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            labels.add(String.valueOf((char) ('a' + (i * i + i / 3) % k)));
        }
        return labels;
    }

    @Test
    void decisionsAreThoseOfScikitLearn() {
        check(4, SCIKIT_FOUR);
        check(2, SCIKIT_TWO);
    }

    private static void check(int k, double[] expected) {
        float[][] points = points(50, 6);
        double[] decision = LogisticRegression.fit(points, labels(50, k), EXACT).decision(points[7]);
        // a softmax does not feel a shift of all its logits, so they are compared around their mean
        double mean = k == 2 ? 0 : Arrays.stream(decision).average().orElse(0);
        assertThat(decision).hasSameSizeAs(expected);
        for (int c = 0; c < expected.length; c++) {
            assertThat(decision[c] - mean).as("label %d of %d", c, k).isCloseTo(expected[c], within(1e-5));
        }
    }

    // LogisticRegression(C=1, tol=1e-12, max_iter=10000).fit(X, y).decision_function(X[7:8]), centred
    private static final double[] SCIKIT_FOUR = {
        0.1678375541125393, -0.300763172189135, 0.28631391123939537, -0.15338829316279962
    };
    private static final double[] SCIKIT_TWO = {-0.5501025624611391};

    @Test
    void theFitIsTheSameOnAnyNumberOfThreads() throws Exception {
        float[][] points = points(300, 8);
        double[] all = LogisticRegression.fit(points, labels(300, 3), EXACT).decision(points[0]);
        double[] one = new ForkJoinPool(1)
                .submit(() -> LogisticRegression.fit(points, labels(300, 3), EXACT).decision(points[0]))
                .get();
        assertThat(one).containsExactly(all);
    }

    @Test
    void oneLabelIsRefused() {
        assertThatThrownBy(() -> LogisticRegression.fit(points(3, 2), List.of("a", "a", "a"), EXACT))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("1 different");
    }
}
