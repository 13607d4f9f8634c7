package io.github.embeddinglab.training.loss;

import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.training.Mask;
import io.github.embeddinglab.training.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * {@link TripletLoss} on triplets mined in the batch: any two texts of one class are anchor and positive, any text of another
 * class a negative.
 *
 * <p>Inputs: one column; labels (n), the classes. A batch needs two classes; sample several texts a class.
 *
 * <p>Use it for labelled texts, such as intents. {@link Mining#HARD} learns fastest and suffers from wrong labels most,
 * {@link Mining#ALL} is the most forgiving, {@link Mining#SEMI_HARD} lies between; {@link Mining#HARD_SOFT} needs no margin.
 * {@link SoftmaxLoss} trains a classifier on pairs instead.
 *
 * <p>Source: Hermans, Beyer and Leibe 2017, In Defense of the Triplet Loss (hard, soft margin, all); Schroff, Kalenichenko and
 * Philbin 2015, FaceNet (semi-hard).
 *
 * @param mining which triplets
 * @param distance how far two embeddings are
 * @param margin in the units of the distance; not used by {@link Mining#HARD_SOFT}
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record BatchTripletLoss(Mining mining, Distance distance, double margin) implements Loss {

    /** Which triplets of a batch count. */
    public enum Mining {
        /** For each anchor its farthest positive and nearest negative: mean of {@code max(D_p - D_n + margin, 0)}. */
        HARD,
        /** The same pairs with a soft margin: mean of {@code ln(1 + exp(D_p - D_n))}. */
        HARD_SOFT,
        /**
         * For each anchor and positive the nearest negative beyond the positive, or where there is none the farthest negative:
         * mean over these pairs of {@code max(D_p - D_n + margin, 0)}.
         */
        SEMI_HARD,
        /** All triplets: mean of {@code max(D_p - D_n + margin, 0)} over those where it is above 0. */
        ALL
    }

    /** Smaller violations count as met, as in the reference. */
    private static final double SMALLEST = 1e-16;

    /**
     * Mines with a margin.
     *
     * @param mining which triplets
     * @return the loss with Euclidean distance and margin 5, the reference's defaults
     */
    public static BatchTripletLoss of(Mining mining) {
        return new BatchTripletLoss(mining, Distance.EUCLIDEAN, 5);
    }

    @Override
    public Tensor of(LossBatch batch) {
        int[] classes = batch.expect("BatchTripletLoss", 1, 1).classes("BatchTripletLoss");
        for (int i = 0; i < classes.length; i++) {
            if (nearest(classes.length, other(classes, i), j -> 0) < 0) {
                throw new InvalidInputException("all " + classes.length + " rows of a batch have the label " + classes[0]
                        + ", BatchTripletLoss finds no negatives; sample several labels into a batch");
            }
        }
        Tensor d = distance.all(batch.column(0));
        return switch (mining) {
            case HARD -> hard(d, classes).add(margin).relu().mean();
            case HARD_SOFT -> hard(d, classes).softplus().mean();
            case SEMI_HARD -> semiHard(d, classes);
            case ALL -> all(d, classes);
        };
    }

    private static IntPredicate other(int[] classes, int anchor) {
        return j -> classes[j] != classes[anchor];
    }

    private static IntPredicate positive(int[] classes, int anchor) {
        return j -> j != anchor && classes[j] == classes[anchor];
    }

    /** Index of the least key among those allowed, -1 where none is. */
    private static int nearest(int n, IntPredicate allowed, java.util.function.IntToDoubleFunction key) {
        int best = -1;
        for (int j = 0; j < n; j++) {
            if (allowed.test(j) && (best < 0 || key.applyAsDouble(j) < key.applyAsDouble(best))) {
                best = j;
            }
        }
        return best;
    }

    /** Farthest positive minus nearest negative: (n). An anchor alone in its class has the positive distance 0. */
    private static Tensor hard(Tensor d, int[] classes) {
        int n = classes.length;
        double[] host = d.values();
        int[] positives = new int[n];
        int[] negatives = new int[n];
        double[] has = new double[n];
        for (int i = 0; i < n; i++) {
            int row = i * n;
            int found = nearest(n, positive(classes, i), j -> -host[row + j]);
            positives[i] = Math.max(found, 0);
            has[i] = found < 0 ? 0 : 1;
            negatives[i] = nearest(n, other(classes, i), j -> host[row + j]);
        }
        return d.gather(positives).multiply(d.constant(has, n)).subtract(d.gather(negatives));
    }

    private Tensor semiHard(Tensor d, int[] classes) {
        int n = classes.length;
        double[] host = d.values();
        List<Integer> pairs = new ArrayList<>();
        List<Integer> negatives = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            int row = i * n;
            IntPredicate other = other(classes, i);
            int farthest = nearest(n, other, j -> -host[row + j]);
            for (int p = 0; p < n; p++) {
                if (positive(classes, i).test(p)) {
                    double bound = host[row + p];
                    int beyond = nearest(n, j -> other.test(j) && host[row + j] > bound, j -> host[row + j]);
                    pairs.add(row + p);
                    negatives.add(row + (beyond < 0 ? farthest : beyond));
                }
            }
        }
        if (pairs.isEmpty()) {
            return d.sum().multiply(0);
        }
        Tensor flat = d.reshape(n * n);
        Tensor difference = flat.rows(ints(pairs)).subtract(flat.rows(ints(negatives)));
        return difference.add(margin).relu().mean();
    }

    private static int[] ints(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    private Tensor all(Tensor d, int[] classes) {
        int n = classes.length;
        Tensor cost = d.reshape(n, n, 1).subtract(d.reshape(n, 1, n)).add(margin);
        double[] host = cost.values();
        Mask none = Mask.where(
                at -> {
                    int anchor = at / (n * n);
                    return !positive(classes, anchor).test(at / n % n)
                            || !other(classes, anchor).test(at % n)
                            || host[at] <= SMALLEST;
                },
                n, n, n);
        return cost.maskedFill(none, 0).sum().multiply(1.0 / Math.max(1, n * n * n - none.count()));
    }
}
