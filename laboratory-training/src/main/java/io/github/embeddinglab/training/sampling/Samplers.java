package io.github.embeddinglab.training.sampling;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.training.TrainingRow;
import io.github.embeddinglab.training.data.KeyedRandom;
import io.github.embeddinglab.training.data.NormalizedText;
import io.github.embeddinglab.training.data.TrainingSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;
import org.jspecify.annotations.Nullable;

/** Samplers over one set. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Samplers {
    private static final int BUCKET_BATCHES = 50;

    private Samplers() {}

    /**
     * Every row once, in a random order.
     *
     * @param rows how many there are
     * @param batch rows of a batch; the last may be smaller
     * @param seed of the order
     * @return the sampler
     * @throws InvalidInputException when the batch is larger than the set
     */
    public static BatchSampler shuffled(int rows, int batch, long seed) {
        requireBatch(rows, batch);
        return epoch -> {
            int[] order = KeyedRandom.permutation(rows, KeyedRandom.at(seed, epoch));
            List<int[]> batches = new ArrayList<>();
            for (int first = 0; first < rows; first += batch) {
                batches.add(Arrays.copyOfRange(order, first, Math.min(first + batch, rows)));
            }
            return batches;
        };
    }

    /**
     * Every row once, no normalised text twice in a batch: a shared text would be a false negative of itself. Rows that do
     * not fit wait for the next batch, so batches near the end may be smaller. About O(n log n), also where most rows share a text.
     *
     * @param set whose texts are looked at
     * @param batch rows of a batch
     * @param seed of the order
     * @return the sampler
     * @throws InvalidInputException when the batch is larger than the set
     */
    public static BatchSampler noDuplicates(TrainingSet set, int batch, long seed) {
        requireBatch(set.rows().size(), batch);
        int[][] keys = keys(set.rows());
        return epoch -> new DistinctBatches(keys, KeyedRandom.permutation(keys.length, KeyedRandom.at(seed, epoch))).batches(batch);
    }

    /** A number for each different normalised text of a row. */
    private static int[][] keys(List<TrainingRow> rows) {
        Map<String, Integer> numbers = new HashMap<>();
        int[][] keys = new int[rows.size()][];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = rows.get(i).texts().stream()
                    .map(NormalizedText::of)
                    .distinct()
                    .mapToInt(text -> numbers.computeIfAbsent(text, key -> numbers.size()))
                    .toArray();
        }
        return keys;
    }

    /**
     * Batches of several labels with several rows each, as losses over triplets in a batch need. In each epoch the rows of a
     * label are shuffled and cut into bundles; bundles are shuffled and laid into batches so that a batch has at least two
     * labels. A bundle of one row alone has no positive and is left out, as is a last batch of one label.
     *
     * @param labels one a row
     * @param batch rows of a batch, a multiple of the rows of a label
     * @param perLabel rows of one label that stand together, at least 2
     * @param seed of the order
     * @return the sampler
     * @throws InvalidInputException when fewer than two labels have two rows, or the numbers do not fit
     */
    public static BatchSampler byLabel(List<String> labels, int batch, int perLabel, long seed) {
        requireBatch(labels.size(), batch);
        if (perLabel < 2 || batch % perLabel != 0 || batch < 2 * perLabel) {
            throw new InvalidInputException("a batch of " + batch + " rows cannot hold " + perLabel
                    + " rows of each label; give at least 2 rows a label and a batch that is a multiple and at least twice that");
        }
        Map<String, List<Integer>> byLabel = new LinkedHashMap<>();
        for (int i = 0; i < labels.size(); i++) {
            byLabel.computeIfAbsent(labels.get(i), label -> new ArrayList<>()).add(i);
        }
        List<List<Integer>> usable = byLabel.values().stream().filter(rows -> rows.size() > 1).toList();
        if (usable.size() < 2) {
            throw new InvalidInputException("the data have " + byLabel.size() + " labels, " + usable.size()
                    + " of them with two rows or more; grouping by label needs at least two such labels");
        }
        return epoch -> labelBatches(usable, batch, perLabel, KeyedRandom.at(seed, epoch));
    }

    private static List<int[]> labelBatches(
            List<List<Integer>> labels, int batch, int perLabel, SplittableRandom random) {
        List<List<int[]>> bundles = new ArrayList<>();
        for (List<Integer> rows : labels) {
            int[] order = KeyedRandom.permutation(rows.size(), random);
            List<int[]> own = new ArrayList<>();
            for (int first = 0; first + 1 < order.length; first += perLabel) {
                int[] part = Arrays.copyOfRange(order, first, Math.min(first + perLabel, order.length));
                own.add(Arrays.stream(part).map(rows::get).toArray());
            }
            bundles.add(own);
        }
        List<int[]> batches = new ArrayList<>();
        while (true) {
            // rounds over the labels that are left, so that one label never fills a batch
            List<int[]> batchBundles = new ArrayList<>();
            int size = 0;
            int round = 0;
            while (size + perLabel <= batch) {
                List<List<int[]>> left = bundles.stream().filter(own -> !own.isEmpty()).toList();
                if (left.isEmpty() || (round > 0 && left.size() == 1)) {
                    break;
                }
                round++;
                int[] order = KeyedRandom.permutation(left.size(), random);
                for (int i = 0; i < order.length && size + perLabel <= batch; i++) {
                    List<int[]> own = left.get(order[i]);
                    int[] bundle = own.remove(own.size() - 1);
                    batchBundles.add(bundle);
                    size += bundle.length;
                }
            }
            if (batchBundles.size() < 2) {
                return batches;
            }
            batches.add(batchBundles.stream().flatMapToInt(Arrays::stream).toArray());
        }
    }

    /**
     * Every row once, rows of like length together, in a random order: rows are shuffled, buckets of fifty batches sorted by
     * length, cut by padded tokens, and the batches shuffled. Saves padding; a batch is no longer a uniform draw.
     *
     * @param lengths tokens of each row
     * @param limit of a batch
     * @param seed of the order
     * @return the sampler
     */
    public static BatchSampler lengthGrouped(int[] lengths, TokenLimit limit, long seed) {
        int[] copy = lengths.clone();
        return epoch -> {
            SplittableRandom random = KeyedRandom.at(seed, epoch);
            int[] order = KeyedRandom.permutation(copy.length, random);
            List<int[]> batches = new ArrayList<>();
            long bucket = (long) limit.rows() * BUCKET_BATCHES;
            for (int first = 0; first < order.length; first += (int) Math.min(bucket, order.length)) {
                int end = (int) Math.min(first + bucket, order.length);
                batches.addAll(limit.cut(Arrays.copyOfRange(order, first, end), copy));
            }
            return Arrays.stream(KeyedRandom.permutation(batches.size(), random))
                    .mapToObj(batches::get)
                    .toList();
        };
    }

    private static void requireBatch(int rows, int batch) {
        if (batch < 1 || batch > rows) {
            throw new InvalidInputException("the batch has " + batch + " rows, the set " + rows
                    + "; give a batch of at least 1 row and at most as many as the set has");
        }
    }

    /**
     * The labels of a set, for {@link #byLabel}.
     *
     * @param set of a labelled form
     * @return one a row
     * @throws InvalidInputException when the form has no labels
     */
    public static List<String> labels(TrainingSet set) {
        return set.rows().stream().map(row -> required(row.label(), set)).toList();
    }

    private static String required(@Nullable String label, TrainingSet set) {
        if (label == null) {
            throw new InvalidInputException(
                    "training data " + set.name() + " is " + set.form().words() + ", which has no labels; give data with a label");
        }
        return label;
    }
}
