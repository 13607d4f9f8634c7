package io.github.embeddinglab.evaluation.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.Difference;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.evaluation.metrics.Correlation;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.apache.commons.math3.stat.inference.TTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Intervals hold and tests reject as often as they say: the full simulation is tagged soak, the short one is not. */
class CoverageTest {
    private static final int SETS = 1_000;
    private static final int FEW_SETS = 200;

    private static List<Simulation.Truth> truths() {
        return List.of(Simulation.mean(100), Simulation.spearman(100), Simulation.ndcg(100));
    }

    @Test
    @Tag("unit")
    void intervalsHoldInShort() {
        for (Simulation.Truth truth : truths()) {
            double covered = Simulation.coverage(truth, FEW_SETS, Sampling.defaults().withResamples(1_000), Bootstrap.Kind.BCA);
            // of 200 sets at .95, 3.5 standard deviations
            assertThat(covered).as(truth.name()).isBetween(0.895, 1.0);
        }
    }

    @Test
    @Tag("soak")
    void intervalsHold() {
        for (Simulation.Truth truth : truths()) {
            for (Bootstrap.Kind kind : Bootstrap.Kind.values()) {
                double covered = Simulation.coverage(truth, SETS, Sampling.defaults(), kind);
                System.out.printf(Locale.ROOT, "| %s, %s | %.3f |%n", truth.name(), kind, covered);
                if (kind == Bootstrap.Kind.BCA) {
                    assertThat(covered).as(truth.name()).isBetween(0.93, 0.97);
                }
            }
        }
    }

    @Test
    @Tag("unit")
    void aTrueNullIsRarelyRejectedInShort() {
        assertThat(Simulation.rejections(80, 0, FEW_SETS, Sampling.defaults().withResamples(1_000))).isBetween(0.0, 0.11);
    }

    @Test
    @Tag("soak")
    void aTrueNullIsRejectedAsOftenAsSaid() {
        double rejected = Simulation.rejections(80, 0, SETS, Sampling.defaults());
        System.out.printf(Locale.ROOT, "| true null rejected | %.3f |%n", rejected);
        assertThat(rejected).isLessThanOrEqualTo(0.06);
    }

    /** Two models of equal quality, whose predictions have different scales and are correlated through the truth. */
    private static double falseFindingsOfSpearman(int sets, Sampling sampling) {
        int found = 0;
        for (int set = 0; set < sets; set++) {
            Random random = new Random(700L + set);
            double[] gold = new double[100];
            double[] a = new double[100];
            double[] b = new double[100];
            for (int i = 0; i < gold.length; i++) {
                gold[i] = random.nextGaussian();
                a[i] = gold[i] + random.nextGaussian();
                b[i] = Math.exp(gold[i] + random.nextGaussian());
            }
            Difference difference = PairedTest.compare(
                    "spearman", Correlation.spearman(a, gold), Correlation.spearman(b, gold), sampling.withSeed(set));
            found += difference.tests().randomisation() < 0.05 ? 1 : 0;
        }
        return (double) found / sets;
    }

    @Test
    @Tag("unit")
    void spearmanTradesRanksInShort() {
        assertThat(falseFindingsOfSpearman(FEW_SETS, Sampling.defaults().withResamples(1_000))).isBetween(0.005, 0.11);
    }

    @Test
    @Tag("soak")
    void spearmanTradesRanks() {
        double rejected = falseFindingsOfSpearman(SETS, Sampling.defaults());
        System.out.printf(Locale.ROOT, "| true null of Spearman rejected | %.3f |%n", rejected);
        assertThat(rejected).isLessThanOrEqualTo(0.06);
    }

    @Test
    @Tag("soak")
    void aPlantedDifferenceIsFoundAsOftenAsByTheTTest() {
        int reference = 0;
        for (int set = 0; set < SETS; set++) {
            double[][] values = Simulation.values(80, 0.5, set);
            reference += new TTest().pairedTTest(values[0], values[1]) < 0.05 ? 1 : 0;
        }
        double power = Simulation.rejections(80, 0.5, SETS, Sampling.defaults());
        System.out.printf(Locale.ROOT, "| planted difference found | %.3f, t test %.3f |%n", power, reference / (double) SETS);
        assertThat(power).isCloseTo(reference / (double) SETS, within(0.02));
    }
}
