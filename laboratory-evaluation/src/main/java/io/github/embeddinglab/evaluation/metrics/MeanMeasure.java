package io.github.embeddinglab.evaluation.metrics;

import io.github.embeddinglab.api.Measure;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** The mean of one value for each unit, as of nDCG over queries. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class MeanMeasure implements Measure {
    private final double[] values;

    private MeanMeasure(double[] values) {
        this.values = values;
    }

    /**
     * Makes the measure; the array is copied.
     *
     * @param values one for each unit
     * @return the measure
     */
    public static MeanMeasure of(double... values) {
        return new MeanMeasure(values.clone());
    }

    /**
     * The values.
     *
     * @return a copy, one for each unit
     */
    public double[] values() {
        return values.clone();
    }

    @Override
    public int units() {
        return values.length;
    }

    @Override
    public double on(int[] counts) {
        double sum = 0;
        long size = 0;
        for (int i = 0; i < values.length; i++) {
            if (counts[i] != 0) {
                sum += counts[i] * values[i];
                size += counts[i];
            }
        }
        return size == 0 ? Double.NaN : sum / size;
    }
}
