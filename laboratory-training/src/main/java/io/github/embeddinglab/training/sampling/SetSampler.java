package io.github.embeddinglab.training.sampling;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.data.KeyedRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Batches over several sets, each batch from one set. A pure function of (seed, epoch), as its samplers are. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class SetSampler {
    private final List<BatchSampler> samplers;
    private final Mixing mixing;
    private final long seed;

    /**
     * Mixes sets.
     *
     * @param samplers one a set, at least one
     * @param mixing which set is next
     * @param seed of the order of sets
     */
    public SetSampler(List<BatchSampler> samplers, Mixing mixing, long seed) {
        if (samplers.isEmpty()) {
            throw new InvalidInputException("there is no set to sample; give at least one");
        }
        this.samplers = List.copyOf(samplers);
        this.mixing = mixing;
        this.seed = seed;
    }

    /**
     * A batch of one set.
     *
     * @param set its place
     * @param rows places in that set
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by content below
    public record Batch(int set, int[] rows) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Batch batch && set == batch.set && Arrays.equals(rows, batch.rows);
        }

        @Override
        public int hashCode() {
            return 31 * set + Arrays.hashCode(rows);
        }

        @Override
        public String toString() {
            return "set " + set + " " + Arrays.toString(rows);
        }
    }

    /** Which set is next. */
    public sealed interface Mixing {
        /** Every batch of every set once, in a random order: large sets come oftener. */
        record Proportional() implements Mixing {}

        /** One batch of each set in turn until the smallest set is used up; the rest of the others waits for later epochs' order. */
        record RoundRobin() implements Mixing {}

        /**
         * As many batches as all sets have together; a set is drawn with probability proportional to its number of batches
         * to the power 1 / temperature, and begins again when it is used up (Arivazhagan et al. 2019).
         *
         * @param temperature 1 is proportional, larger values raise the share of small sets
         */
        record Temperature(double temperature) implements Mixing {
            /**
             * Checks.
             *
             * @throws InvalidInputException when the temperature is not positive and finite
             */
            public Temperature {
                if (!(temperature > 0 && Double.isFinite(temperature))) {
                    throw new InvalidInputException(
                            "the temperature is " + temperature + "; give a number above 0, as in 5");
                }
            }
        }
    }

    /**
     * Batches of an epoch.
     *
     * @param epoch from 0 on
     * @return the same for the same epoch
     */
    public List<Batch> epoch(long epoch) {
        SplittableRandom random = KeyedRandom.at(seed, epoch, samplers.size());
        List<List<int[]>> own = samplers.stream().map(sampler -> sampler.epoch(epoch)).toList();
        if (mixing instanceof Mixing.Temperature temperature) {
            return drawn(own, temperature.temperature(), epoch, random);
        }
        List<Batch> all = new ArrayList<>();
        if (mixing instanceof Mixing.RoundRobin) {
            int rounds = own.stream().mapToInt(List::size).min().orElse(0);
            for (int round = 0; round < rounds; round++) {
                for (int set = 0; set < own.size(); set++) {
                    all.add(new Batch(set, own.get(set).get(round)));
                }
            }
            return all;
        }
        for (int set = 0; set < own.size(); set++) {
            for (int[] rows : own.get(set)) {
                all.add(new Batch(set, rows));
            }
        }
        return Arrays.stream(KeyedRandom.permutation(all.size(), random)).mapToObj(all::get).toList();
    }

    private List<Batch> drawn(List<List<int[]>> first, double temperature, long epoch, SplittableRandom random) {
        List<List<int[]>> own = new ArrayList<>(first);
        double[] weights = own.stream().mapToDouble(list -> Math.pow(list.size(), 1 / temperature)).toArray();
        double sum = Arrays.stream(weights).sum();
        int[] next = new int[weights.length];
        int[] passes = new int[weights.length];
        int steps = own.stream().mapToInt(List::size).sum();
        List<Batch> batches = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            double at = random.nextDouble() * sum;
            int set = 0;
            while (set < weights.length - 1 && at >= weights[set]) {
                at -= weights[set++];
            }
            if (next[set] == own.get(set).size()) {
                // a further pass needs an order of its own that no later epoch has
                passes[set]++;
                next[set] = 0;
                own.set(set, samplers.get(set).epoch(KeyedRandom.at(seed, epoch, set, passes[set]).nextLong(Long.MAX_VALUE)));
            }
            batches.add(new Batch(set, own.get(set).get(next[set]++)));
        }
        return batches;
    }
}
