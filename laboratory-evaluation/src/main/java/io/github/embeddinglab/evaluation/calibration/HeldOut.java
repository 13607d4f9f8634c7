package io.github.embeddinglab.evaluation.calibration;

import io.github.embeddinglab.api.Fingerprint;
import io.github.embeddinglab.api.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * How far a curve is off on queries that it was not fitted on, over random halves.
 *
 * @param splits halves that were drawn
 * @param error expected calibration error, see {@link Calibration#error}
 * @param chance what {@code error} would be on average for a curve without any fault: outcomes drawn from the curve itself, as
 *     many as were held out. An error near it says that the data are too few to find a fault
 * @param promises one for each wished precision
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record HeldOut(int splits, Spread error, double chance, List<Promise> promises) {
    private static final int DRAWS = 20;
    private static final Fingerprint NONE = new Fingerprint("0".repeat(64));

    /** Copies the list. */
    public HeldOut {
        promises = List.copyOf(promises);
    }

    /**
     * How halves are drawn.
     *
     * @param count halves, at least 1
     * @param seed of their queries
     * @param precisions wished ones, each above 0 and at most 1
     */
    public record Splits(int count, long seed, List<Double> precisions) {
        /**
         * Copies and checks.
         *
         * @throws InvalidInputException when a number is out of range
         */
        public Splits {
            precisions = List.copyOf(precisions);
            if (count < 1 || precisions.stream().anyMatch(precision -> !(precision > 0 && precision <= 1))) {
                throw new InvalidInputException(count + " splits with the precisions " + precisions
                        + " cannot be measured; give at least 1 split, and precisions above 0 and at most 1");
            }
        }
    }

    /**
     * Mean and greatest over splits.
     *
     * @param mean 0 to 1
     * @param max 0 to 1
     */
    public record Spread(double mean, double max) {
        static Spread of(double[] values) {
            return new Spread(Arrays.stream(values).average().orElse(Double.NaN), Arrays.stream(values).max().orElse(Double.NaN));
        }
    }

    /**
     * What a least score kept on held-out hits.
     *
     * @param precision wished
     * @param splits in which a score was given and held-out hits reached it
     * @param achieved mean precision of these hits; NaN without a split
     * @param gap between wished and achieved, split by split; an excess counts too, but where even the lowest score is precise
     *     enough only a lack does
     * @param hits held-out ones that reached the score, on average
     */
    public record Promise(double precision, int splits, double achieved, Spread gap, double hits) {}

    static HeldOut measure(List<HitsOf.Query> queries, int most, Splits splits) {
        double[] errors = new double[splits.count()];
        double chance = 0;
        List<Kept> kept = splits.precisions().stream().map(Kept::new).toList();
        for (int split = 0; split < splits.count(); split++) {
            List<HitsOf.Query> order = new ArrayList<>(queries);
            Random random = new Random(splits.seed() + split);
            Collections.shuffle(order, random);
            HitsOf fitted = new HitsOf(order.subList(0, order.size() / 2), most);
            HitsOf held = new HitsOf(order.subList(order.size() / 2, order.size()), most);
            Calibration curve = Calibration.fit(NONE, fitted.scores(), fitted.relevant());
            errors[split] = curve.error(held.scores(), held.relevant());
            for (int draw = 0; draw < DRAWS; draw++) {
                boolean[] drawn = new boolean[held.scores().length];
                for (int i = 0; i < drawn.length; i++) {
                    drawn[i] = random.nextDouble() < curve.probability(held.scores()[i]);
                }
                chance += curve.error(held.scores(), drawn) / DRAWS / splits.count();
            }
            kept.forEach(one -> one.take(curve, held));
        }
        return new HeldOut(
                splits.count(), Spread.of(errors), chance, kept.stream().map(Kept::promise).toList());
    }

    /** Collects one promise over splits. */
    private static final class Kept {
        private final double precision;
        private final List<Double> achieved = new ArrayList<>();
        private final List<Double> gaps = new ArrayList<>();
        private double hits;

        Kept(double precision) {
            this.precision = precision;
        }

        void take(Calibration curve, HitsOf held) {
            OptionalDouble least = curve.leastScore(precision);
            if (least.isEmpty() || held.from(least.getAsDouble()) == 0) {
                return;
            }
            int reached = held.from(least.getAsDouble());
            double precise = held.precision(least.getAsDouble());
            hits += reached;
            achieved.add(precise);
            boolean all = reached == held.scores().length;
            gaps.add(all ? Math.max(0, precision - precise) : Math.abs(precision - precise));
        }

        Promise promise() {
            int n = achieved.size();
            return new Promise(
                    precision,
                    n,
                    achieved.stream().mapToDouble(x -> x).average().orElse(Double.NaN),
                    Spread.of(gaps.stream().mapToDouble(x -> x).toArray()),
                    n == 0 ? 0 : hits / n);
        }
    }
}
