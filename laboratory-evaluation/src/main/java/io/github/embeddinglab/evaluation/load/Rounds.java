package io.github.embeddinglab.evaluation.load;

import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.evaluation.metrics.MeanMeasure;
import io.github.embeddinglab.evaluation.statistics.Bootstrap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Figures of several rounds; their means get intervals over the rounds. */
final class Rounds {
    private final Map<String, List<Double>> values = new LinkedHashMap<>();

    void add(String name, double value) {
        values.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
    }

    Map<String, Score> scores(Sampling sampling) {
        Map<String, Score> scores = new LinkedHashMap<>();
        values.forEach((name, list) -> {
            double[] rounds = list.stream().filter(Double::isFinite).mapToDouble(Double::doubleValue).toArray();
            if (rounds.length == 1) {
                scores.put(name, new Score(rounds[0], Double.NaN, Double.NaN));
            } else if (rounds.length > 1) {
                scores.put(name, Bootstrap.interval(MeanMeasure.of(rounds), sampling));
            }
        });
        return scores;
    }
}
