package io.github.embeddinglab.evaluation.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.FingerprintMismatchException;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.testkit.Seeds;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("unit")
@ExtendWith(Seeds.class)
class CalibrationTest {
    private static final Fingerprint MODEL = new Fingerprint("a".repeat(64));

    private static double truth(double score) {
        return 1 / (1 + Math.exp(-12 * (score - 0.5)));
    }

    /** Scores of hits and whether they are relevant; a third are hits of queries that nothing answers. */
    private static final class Hits {
        final double[] scores;
        final boolean[] relevant;

        Hits(Random random, int n) {
            scores = new double[n];
            relevant = new boolean[n];
            for (int i = 0; i < n; i++) {
                boolean unanswerable = i % 3 == 0;
                scores[i] = unanswerable ? 0.4 * random.nextDouble() : random.nextDouble();
                relevant[i] = !unanswerable && random.nextDouble() < truth(scores[i]);
            }
        }
    }

    @Test
    void heldOutErrorIsSmall(Seeds.Seed seed) {
        // the precision from a score on of n hits has a standard error of .02 with a tenth of these, which .05 does not hold for every draw
        Hits fitted = new Hits(seed.random(0), 30_000);
        Hits held = new Hits(seed.random(1), 30_000);
        Calibration calibration = Calibration.fit(MODEL, fitted.scores, fitted.relevant);
        assertThat(calibration.error(held.scores, held.relevant)).as(seed::toString).isLessThanOrEqualTo(0.05);
        for (double wished : new double[] {0.4, 0.6, 0.8}) {
            double least = calibration.leastScore(wished).orElseThrow();
            int reached = 0;
            int good = 0;
            for (int i = 0; i < held.scores.length; i++) {
                reached += held.scores[i] >= least ? 1 : 0;
                good += held.scores[i] >= least && held.relevant[i] ? 1 : 0;
            }
            assertThat((double) good / reached).as("precision from %s on; %s", least, seed).isCloseTo(wished, within(0.05));
        }
        assertThat(calibration.leastScore(1e-6)).hasValue(Arrays.stream(fitted.scores).min().orElseThrow());
        double before = -1;
        for (double score = -1; score <= 2; score += 0.01) {
            assertThat(calibration.probability(score)).isBetween(Math.max(0, before), 1.0);
            before = calibration.probability(score);
        }
        assertThat(calibration.leastScore(1)).isEmpty();
    }

    @Test
    void belongsToOneModel() {
        Hits hits = new Hits(new Random(1), 500);
        Calibration calibration = Calibration.fit(MODEL, hits.scores, hits.relevant);
        Calibration again = Calibration.fromJson(calibration.toJson(), MODEL);
        assertThat(again.probability(0.37)).isEqualTo(calibration.probability(0.37));
        Fingerprint other = new Fingerprint("b".repeat(64));
        assertThatThrownBy(() -> Calibration.fromJson(calibration.toJson(), other))
                .isInstanceOf(FingerprintMismatchException.class);
        assertThatThrownBy(() -> Calibration.fromJson("{}", MODEL)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> Calibration.fit(MODEL, new double[] {1, 2}, new boolean[] {true, true}))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("both outcomes");
    }

    /** Of a third of the queries nothing is relevant; the truth is known, so what chance makes of a faultless curve is, too. */
    @Test
    void theHeldOutErrorIsThatOfChanceWhereTheCurveIsRight(Seeds.Seed seed) {
        Random random = seed.random();
        List<HitsOf.Query> queries = new java.util.ArrayList<>();
        for (int query = 0; query < 1_200; query++) {
            boolean answerable = query % 3 != 0;
            double[] scores = random.doubles(10).map(x -> answerable ? x : 0.4 * x).boxed()
                    .sorted(java.util.Comparator.reverseOrder()).mapToDouble(Double::doubleValue).toArray();
            boolean[] relevant = new boolean[10];
            for (int i = 0; i < 10; i++) {
                relevant[i] = answerable && random.nextDouble() < truth(scores[i]);
            }
            queries.add(new HitsOf.Query(scores, relevant, answerable));
        }
        HeldOut held = HeldOut.measure(queries, Integer.MAX_VALUE, new HeldOut.Splits(10, 7, List.of(0.6, 0.8)));
        assertThat(held.error().max()).as(seed::toString).isLessThanOrEqualTo(0.05);
        assertThat(held.error().mean()).as(seed::toString).isBetween(held.chance() / 2, held.chance() * 3);
        assertThat(held.promises()).allSatisfy(promise -> {
            assertThat(promise.splits()).isEqualTo(10);
            assertThat(promise.gap().mean()).as(seed::toString).isLessThanOrEqualTo(0.05);
        });
        assertThat(HeldOut.measure(queries, 1, new HeldOut.Splits(3, 7, List.of())).error().mean())
                .as(seed::toString)
                .isLessThanOrEqualTo(0.1);
    }
}
