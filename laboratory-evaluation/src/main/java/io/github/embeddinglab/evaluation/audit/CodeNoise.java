package io.github.embeddinglab.evaluation.audit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * What rounding to few values costs, told from the values that are left: a number that was rounded to a level lies anywhere in
 * the level's cell, half-way to the neighbours, so that its squared error is a twelfth of the cell's width squared (Bennett
 * 1948). A row's error, at right angles to it for the most part, leaves a cosine of about 1 - error / (2 length^2).
 */
final class CodeNoise {
    /** No row of ten sets of four models was farther than 1.21 times what its levels, 7 or more, foretell. */
    private static final double MARGIN = 1.3;
    /**
     * Share of the squared distance to the nearest other centroid that quantisation of blocks of two columns leaves at most,
     * and how it grows with the block's width: in many dimensions a vector lies about as far from its centroid as the next one.
     */
    private static final double PAIR = 0.5;

    private static final double WIDER = 0.6;
    /** Where less is left, agreement says nothing. */
    private static final double LEAST = 0.7;
    private static final double UNUSED = 1.8;
    /** Rows differ in their peaks, and with them in their steps. */
    private static final double QUANTILE = 0.99;

    private CodeNoise() {}

    /** The cosine from which a row that was coded alone agrees with what it was. */
    static double match(float[] row) {
        double[] levels = levels(row);
        return match(share(squares(row, levels), row));
    }

    /** The cosine from which rows agree that were coded one by one. */
    static double ofRows(List<float[]> rows) {
        return least(rows.stream().mapToDouble(row -> share(squares(row, levels(row)), row)).toArray());
    }

    /** The cosine from which rows agree whose columns were coded one by one. */
    static double ofColumns(List<float[]> rows) {
        double[] squares = new double[rows.size()];
        float[] column = new float[rows.size()];
        for (int j = 0; j < rows.get(0).length; j++) {
            for (int i = 0; i < column.length; i++) {
                column[i] = rows.get(i)[j];
            }
            double[] levels = levels(column);
            for (int i = 0; i < column.length; i++) {
                squares[i] += square(levels, column[i]);
            }
        }
        double[] shares = new double[squares.length];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = share(squares[i], rows.get(i));
        }
        return least(shares);
    }

    /** The cosine from which rows agree that were coded with the same levels everywhere. */
    static double ofStore(List<float[]> rows) {
        double[] levels = rows.stream()
                .flatMapToDouble(CodeNoise::values)
                .distinct()
                .sorted()
                .toArray();
        return least(rows.stream().mapToDouble(row -> share(squares(row, levels), row)).toArray());
    }

    /**
     * The cosine from which rows agree whose blocks of columns are from codebooks.
     *
     * @param width columns of a block
     * @param centroid what is equal in blocks of one centroid, which rows that were normalised afterwards have in several lengths
     */
    static double ofBlocks(List<float[]> rows, int width, UnaryOperator<float[]> centroid) {
        double[] squares = new double[rows.size()];
        for (int from = 0; from < rows.get(0).length; from += width) {
            Map<Code.Key, List<Integer>> members = new LinkedHashMap<>();
            for (int i = 0; i < squares.length; i++) {
                float[] block = Arrays.copyOfRange(rows.get(i), from, from + width);
                members.computeIfAbsent(new Code.Key(centroid.apply(block)), key -> new ArrayList<>()).add(i);
            }
            List<List<Integer>> groups = List.copyOf(members.values());
            int first = from;
            List<float[]> means = groups.stream()
                    .map(group -> Rows.mean(
                            group.stream().map(i -> Arrays.copyOfRange(rows.get(i), first, first + width)).toList(), width))
                    .toList();
            for (int g = 0; g < groups.size(); g++) {
                double nearest = nearest(means, g);
                groups.get(g).forEach(i -> squares[i] += nearest);
            }
        }
        double most = PAIR * Math.pow(width / 2.0, WIDER) / MARGIN;
        double[] shares = new double[squares.length];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = most * share(squares[i], rows.get(i));
        }
        return least(shares);
    }

    /** Squared distance to the nearest other one; 0 where there is none. */
    private static double nearest(List<float[]> means, int which) {
        double least = Double.POSITIVE_INFINITY;
        for (int other = 0; other < means.size(); other++) {
            if (other != which) {
                float[] between = Rows.minus(means.get(which), means.get(other));
                least = Math.min(least, Rows.dot(between, between));
            }
        }
        return Double.isInfinite(least) ? 0 : least;
    }

    private static DoubleStream values(float[] row) {
        return IntStream.range(0, row.length).mapToDouble(j -> row[j]);
    }

    private static double[] levels(float[] numbers) {
        return values(numbers).distinct().sorted().toArray();
    }

    private static double squares(float[] row, double[] levels) {
        double sum = 0;
        for (float value : row) {
            sum += square(levels, value);
        }
        return sum;
    }

    /** A twelfth of the width of a level's cell, squared; the outermost cells are as wide as the gaps beside them. */
    private static double square(double[] levels, double value) {
        int at = Arrays.binarySearch(levels, value);
        if (levels.length < 2 || at < 0) {
            return 0;
        }
        double below = at > 0 ? levels[at] - levels[at - 1] : levels[1] - levels[0];
        double above = at < levels.length - 1 ? levels[at + 1] - levels[at] : below;
        // a gap of two steps is a level that no number has
        double less = Math.min(below, above);
        double cell = Math.max(below, above) > UNUSED * less ? less : (below + above) / 2;
        return cell * cell / 12;
    }

    private static double share(double squares, float[] row) {
        double length = Rows.dot(row, row);
        return length == 0 ? 0 : squares / (2 * length);
    }

    private static double least(double[] shares) {
        Arrays.sort(shares);
        return match(shares[(int) (QUANTILE * (shares.length - 1))]);
    }

    private static double match(double share) {
        return Math.max(LEAST, Math.min(Code.SAME, 1 - MARGIN * share));
    }
}
