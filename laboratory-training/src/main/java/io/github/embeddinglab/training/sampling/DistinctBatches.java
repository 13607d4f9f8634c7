package io.github.embeddinglab.training.sampling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;

/**
 * Cuts an order of rows into batches without a common key: a batch takes the first rows that fit, and those that do not fit come before
 * all others in the next. A row that was passed over waits behind the key that stood in its way, so that no batch looks at more than the
 * first of those that wait for the same.
 */
final class DistinctBatches {
    private final int[][] keys;
    private final int[] order;
    /** Places in the order that wait for a key; none is empty. */
    private final Map<Integer, PriorityQueue<Integer>> waiting = new HashMap<>();
    /** The first of each queue. */
    private final TreeSet<Head> heads = new TreeSet<>();
    private int next;

    DistinctBatches(int[][] keys, int[] order) {
        this.keys = keys;
        this.order = order;
    }

    private record Head(int place, int key) implements Comparable<Head> {
        @Override
        public int compareTo(Head other) {
            return Integer.compare(place, other.place); // a place waits for one key
        }
    }

    List<int[]> batches(int size) {
        List<int[]> batches = new ArrayList<>();
        while (next < order.length || !heads.isEmpty()) {
            batches.add(batch(size));
        }
        return batches;
    }

    private int[] batch(int size) {
        Set<Integer> used = new HashSet<>();
        int[] chosen = new int[Math.min(size, order.length)];
        int count = 0;
        Head head = heads.isEmpty() ? null : heads.first();
        while (head != null && count < size) {
            // where the key itself is used, all that wait for it wait on
            if (!used.contains(head.key())) {
                leave(head);
                if (fits(head.place(), used)) {
                    chosen[count++] = order[head.place()];
                }
            }
            head = heads.higher(head);
        }
        while (next < order.length && count < size) {
            int place = next++;
            if (fits(place, used)) {
                chosen[count++] = order[place];
            }
        }
        return Arrays.copyOf(chosen, count);
    }

    /** Uses the keys of a row, or lets it wait for the first that is used. */
    private boolean fits(int place, Set<Integer> used) {
        int[] own = keys[order[place]];
        for (int key : own) {
            if (used.contains(key)) {
                hold(place, key);
                return false;
            }
        }
        for (int key : own) {
            used.add(key);
        }
        return true;
    }

    private void hold(int place, int key) {
        PriorityQueue<Integer> queue = waiting.computeIfAbsent(key, any -> new PriorityQueue<>());
        Integer first = queue.peek();
        queue.add(place);
        if (first == null || place < first) {
            if (first != null) {
                heads.remove(new Head(first, key));
            }
            heads.add(new Head(place, key));
        }
    }

    private void leave(Head head) {
        heads.remove(head);
        PriorityQueue<Integer> queue = Objects.requireNonNull(waiting.get(head.key()));
        queue.remove();
        Integer first = queue.peek();
        if (first == null) {
            waiting.remove(head.key());
        } else {
            heads.add(new Head(first, head.key()));
        }
    }
}
