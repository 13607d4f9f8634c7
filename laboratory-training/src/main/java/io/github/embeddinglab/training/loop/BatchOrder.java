package io.github.embeddinglab.training.loop;

import io.github.embeddinglab.training.spi.DropoutMask;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Which rows a step sees: a function of (seed, step), never of a running generator. Each epoch is a new order of all rows; a
 * batch never holds two rows that share a key, since one row's text would then be counted as wrong for the other. A row that
 * clashes waits for a later batch; one that finds none, because its key is in more rows than the epoch has batches, waits for the
 * next epoch.
 */
final class BatchOrder {
    private final List<Set<Object>> keys;
    private final int batchSize;
    private final long seed;
    private final List<List<Integer>> batches = new ArrayList<>();
    private int epochs;

    /**
     * An order over rows.
     *
     * @param keys of each row; rows of a batch have no key in common
     * @param batchSize most rows of a batch
     * @param seed of all epochs
     */
    BatchOrder(List<Set<Object>> keys, int batchSize, long seed) {
        this.keys = List.copyOf(keys);
        this.batchSize = Math.min(batchSize, keys.size());
        this.seed = seed;
    }

    /** Steps of an epoch where no row clashes. */
    int stepsPerEpoch() {
        return (keys.size() + batchSize - 1) / batchSize;
    }

    /** Rows of a step, from 0. */
    List<Integer> rows(int step) {
        while (batches.size() <= step) {
            addEpoch();
        }
        return batches.get(step);
    }

    private void addEpoch() {
        int before = batches.size();
        Deque<Integer> pending = new ArrayDeque<>(shuffled());
        while (!pending.isEmpty()) {
            List<Integer> batch = new ArrayList<>();
            Set<Object> used = new HashSet<>();
            List<Integer> waiting = new ArrayList<>();
            while (batch.size() < batchSize && !pending.isEmpty()) {
                int row = pending.removeFirst();
                if (keys.get(row).stream().anyMatch(used::contains)) {
                    waiting.add(row);
                } else {
                    used.addAll(keys.get(row));
                    batch.add(row);
                }
            }
            // what waited goes first, in its order
            for (int i = waiting.size() - 1; i >= 0; i--) {
                pending.addFirst(waiting.get(i));
            }
            boolean small = batch.size() < 2 || batch.size() < batchSize / 2;
            if (small && batches.size() > before) {
                break;
            }
            batches.add(List.copyOf(batch));
        }
        epochs++;
    }

    private List<Integer> shuffled() {
        SplittableRandom random = new SplittableRandom(DropoutMask.mix(seed, epochs));
        List<Integer> rows = new ArrayList<>(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            rows.add(i);
        }
        for (int i = rows.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = rows.get(i);
            rows.set(i, rows.get(j));
            rows.set(j, swapped);
        }
        return rows;
    }
}
