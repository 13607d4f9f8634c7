package io.github.embeddinglab.evaluation.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.Difference;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.evaluation.metrics.MeanMeasure;
import java.util.Random;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.stat.inference.TTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class StatisticsTest {
    private static final Sampling QUICK = Sampling.defaults().withResamples(2_000);

    @Test
    void normalDistributionAgreesWithAnotherLibrary() {
        NormalDistribution other = new NormalDistribution();
        for (double z = -8; z <= 8; z += 0.0625) {
            double expected = other.cumulativeProbability(z);
            assertThat(Normal.cumulative(z)).as("z %s", z).isCloseTo(expected, within(1e-12 + 1e-8 * Math.min(expected, 1e-9)));
        }
        for (double p : new double[] {1e-6, 0.001, 0.025, 0.3, 0.5, 0.9, 0.975, 0.99999}) {
            assertThat(Normal.quantile(p)).isCloseTo(other.inverseCumulativeProbability(p), within(1e-7));
        }
    }

    @Test
    void holmByHand() {
        assertThat(Holm.adjust(0.01, 0.04, 0.03, 0.005)).containsExactly(new double[] {0.03, 0.06, 0.06, 0.02}, within(1e-12));
        assertThat(Holm.adjust(0.9, 0.8)).containsExactly(new double[] {1, 1}, within(1e-12));
    }

    @Test
    void theSameSeedGivesTheSameIntervalOnAnyNumberOfThreads() throws Exception {
        MeanMeasure mean = MeanMeasure.of(new Random(5).doubles(200).toArray());
        Score all = Bootstrap.interval(mean, QUICK);
        Score one = new java.util.concurrent.ForkJoinPool(1).submit(() -> Bootstrap.interval(mean, QUICK)).get();
        assertThat(one).isEqualTo(all);
        assertThat(Bootstrap.interval(mean, QUICK.withSeed(43))).isNotEqualTo(all);
    }

    @Test
    void theIntervalOfAMeanIsThatOfTheTextbook() {
        Random random = new Random(3);
        double[] values = random.doubles(400).toArray();
        Score score = Bootstrap.interval(MeanMeasure.of(values), Sampling.defaults());
        double deviation = Math.sqrt(new org.apache.commons.math3.stat.descriptive.moment.Variance().evaluate(values));
        double half = 1.96 * deviation / Math.sqrt(values.length);
        assertThat(score.high() - score.low()).isCloseTo(2 * half, within(0.06 * half));
        assertThat((score.high() + score.low()) / 2).isCloseTo(score.value(), within(0.05 * half));
    }

    @Test
    void oneUnitHasNoInterval() {
        Score score = Bootstrap.interval(MeanMeasure.of(0.5), QUICK);
        assertThat(score.value()).isEqualTo(0.5);
        assertThat(score.low()).isNaN();
    }

    @Test
    void pairedTestsAgreeWithTheTTestWhereItHolds() {
        Random random = new Random(11);
        for (int round = 0; round < 8; round++) {
            double[] a = random.doubles(150).toArray();
            double[] b = new double[a.length];
            double shift = 0.01 * round;
            for (int i = 0; i < b.length; i++) {
                b[i] = a[i] + shift + 0.2 * random.nextGaussian();
            }
            double expected = new TTest().pairedTTest(a, b);
            Difference difference = PairedTest.compare("x", MeanMeasure.of(a), MeanMeasure.of(b), Sampling.defaults());
            assertThat(difference.tests().randomisation()).isCloseTo(expected, within(0.02));
            assertThat(difference.tests().bootstrap()).isCloseTo(expected, within(0.02));
        }
    }

    @Test
    void equalModelsShowNoDifference() {
        double[] values = new Random(1).doubles(50).toArray();
        Difference difference = PairedTest.compare("x", MeanMeasure.of(values), MeanMeasure.of(values), QUICK);
        assertThat(difference.shown()).isFalse();
        assertThat(difference.tests().randomisation()).isEqualTo(1);
        assertThat(difference.tests().bootstrap()).isEqualTo(1);
    }
}
