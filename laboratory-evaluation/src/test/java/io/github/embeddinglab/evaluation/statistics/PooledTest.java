package io.github.embeddinglab.evaluation.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Measure;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.evaluation.metrics.MeanMeasure;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Figures over several measures against closed formulas. */
@Tag("unit")
class PooledTest {
    private static final Sampling SAMPLING = Sampling.defaults().withResamples(4000);

    private static double[] drawn(long seed, int n, double mean) {
        SplittableRandom random = new SplittableRandom(seed);
        return random.doubles(n).map(value -> mean + value - 0.5).toArray();
    }

    private static double variance(double[] values) {
        double mean = Arrays.stream(values).average().orElseThrow();
        return Arrays.stream(values).map(value -> (value - mean) * (value - mean)).average().orElseThrow();
    }

    @Test
    void theMeanOfTwoTasksHasTheVarianceOfTheirSum() {
        double[] a = drawn(1, 200, 0.3);
        double[] b = drawn(2, 300, 0.7);
        Score score = Pooled.score(
                List.of(List.of(MeanMeasure.of(a)), List.of(MeanMeasure.of(b))),
                values -> (values[0][0] + values[1][0]) / 2,
                SAMPLING);
        double deviation = Math.sqrt(variance(a) / a.length + variance(b) / b.length) / 2;
        assertThat(score.value()).isCloseTo(0.5, within(0.05));
        assertThat((score.high() - score.low()) / 2).isCloseTo(1.96 * deviation, within(0.1 * 1.96 * deviation));
    }

    @Test
    void measuresOfAStratumAreResampledTogether() {
        double[] a = drawn(3, 100, 0.5);
        double[] doubled = Arrays.stream(a).map(value -> 2 * value).toArray();
        Score ratio = Pooled.score(
                List.of(List.of(MeanMeasure.of(a), MeanMeasure.of(doubled))), values -> values[0][1] / values[0][0], SAMPLING);
        // on every sample the ratio is exactly two
        assertThat(ratio.low()).isCloseTo(2, within(1e-12));
        assertThat(ratio.high()).isCloseTo(2, within(1e-12));
        // strata of equal size and equal values are drawn independently
        Score independent = Pooled.score(
                List.of(List.of(MeanMeasure.of(a)), List.of(MeanMeasure.of(doubled))), values -> values[1][0] / values[0][0], SAMPLING);
        assertThat(independent.high() - independent.low()).isGreaterThan(0.1);
    }

    @Test
    void undefinedFiguresAndWrongStrata() {
        Measure undefined = MeanMeasure.of(Double.NaN, Double.NaN);
        assertThat(Pooled.score(List.of(List.of(undefined)), values -> values[0][0], SAMPLING).defined()).isFalse();
        assertThatThrownBy(() -> Pooled.score(
                        List.of(List.of(MeanMeasure.of(1, 2), MeanMeasure.of(1, 2, 3))), values -> 0, SAMPLING))
                .isInstanceOf(InvalidInputException.class);
    }
}
