package io.github.embeddinglab.evaluation.statistics;

import io.github.embeddinglab.api.Difference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Holm's correction (1979) for several comparisons: controls the chance of one false finding among all. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Holm {
    private Holm() {}

    /**
     * Adjusts p values: of m values the i-th smallest is multiplied by m - i + 1, never below a smaller one, never above 1.
     *
     * @param values m p values
     * @return adjusted values at the same places
     */
    public static double[] adjust(double... values) {
        Integer[] order = new Integer[values.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble(i -> values[i]));
        double[] adjusted = new double[values.length];
        double most = 0;
        for (int i = 0; i < order.length; i++) {
            most = Math.max(most, Math.min(1, (values.length - i) * values[order[i]]));
            adjusted[order[i]] = most;
        }
        return adjusted;
    }

    /**
     * Corrects the randomisation tests of comparisons that are made together.
     *
     * @param differences uncorrected
     * @return copies with adjusted p values
     */
    public static List<Difference> correct(List<Difference> differences) {
        double[] adjusted = adjust(
                differences.stream().mapToDouble(d -> d.tests().randomisation()).toArray());
        List<Difference> corrected = new ArrayList<>();
        for (int i = 0; i < adjusted.length; i++) {
            Difference d = differences.get(i);
            Difference.Tests t = d.tests();
            corrected.add(new Difference(
                    d.name(),
                    d.first(),
                    d.second(),
                    d.change(),
                    new Difference.Tests(t.bootstrap(), t.randomisation(), adjusted[i], t.level())));
        }
        return corrected;
    }
}
