package io.github.embeddinglab.evaluation.tasks;

import io.github.embeddinglab.api.Measure;
import io.github.embeddinglab.evaluation.metrics.MeanMeasure;
import java.util.List;

/** The mean over files of the mean over their units, each file with the same weight. */
final class MeanOfFiles {
    private MeanOfFiles() {}

    /** Units are those of all files; each value is scaled so that its file weighs as much as any other. */
    static Measure of(List<double[]> files) {
        int units = files.stream().mapToInt(values -> values.length).sum();
        double[] scaled = new double[units];
        int place = 0;
        for (double[] values : files) {
            for (double value : values) {
                scaled[place++] = value * units / values.length / files.size();
            }
        }
        return MeanMeasure.of(scaled);
    }
}
