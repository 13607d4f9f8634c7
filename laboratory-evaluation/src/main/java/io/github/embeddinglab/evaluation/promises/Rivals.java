package io.github.embeddinglab.evaluation.promises;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.evaluation.metrics.MeanMeasure;
import io.github.embeddinglab.evaluation.statistics.Bootstrap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/** Engines against each other, as {@code lab benchmark inference --json} prints them: one row for a round, set and engine. */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public final class Rivals {
    private static final String OURS = "laboratory";

    private final Path file;
    private final JsonNode rows;
    private final Sampling sampling;

    private Rivals(Path file, JsonNode rows, Sampling sampling) {
        this.file = file;
        this.rows = rows;
        this.sampling = sampling;
    }

    /**
     * Reads a measurement.
     *
     * @param file JSON with {@code rows}
     * @param sampling of the intervals over rounds
     * @return the measurement
     * @throws InvalidInputException when it is missing or has no rows
     */
    public static Rivals read(Path file, Sampling sampling) {
        try {
            JsonNode rows = new ObjectMapper().readTree(Files.readString(file)).path("rows");
            if (rows.isEmpty()) {
                throw new InvalidInputException(
                        file + " has no \"rows\"; write it with `lab benchmark inference --json > " + file + "`");
            }
            return new Rivals(file, rows, sampling);
        } catch (IOException e) {
            throw new InvalidInputException(file + " cannot be read as JSON (" + e.getMessage()
                    + "); write it with `lab benchmark inference --json > " + file + "`", e);
        }
    }

    /**
     * Mean over rounds of our figure divided by the rival's in the same round.
     *
     * @param engine the rival
     * @param set of texts
     * @param figure name of a number in the rows
     * @return the ratio, with an interval where there are two rounds or more
     * @throws InvalidInputException when there is no round with both engines
     */
    public Score ratio(String engine, String set, String figure) {
        Map<Integer, Double> ours = byRound(OURS, set, figure);
        Map<Integer, Double> theirs = byRound(engine, set, figure);
        TreeSet<Integer> rounds = new TreeSet<>(ours.keySet());
        rounds.retainAll(theirs.keySet());
        double[] ratios = rounds.stream()
                .mapToDouble(round -> ours.getOrDefault(round, Double.NaN) / theirs.getOrDefault(round, Double.NaN))
                .toArray();
        if (ratios.length == 0) {
            throw new InvalidInputException(file + " has no round with " + figure + " of " + OURS + " and of " + engine
                    + " on the set " + set + "; write it with `lab benchmark inference --json > " + file + "`");
        }
        return ratios.length == 1
                ? new Score(ratios[0], Double.NaN, Double.NaN)
                : Bootstrap.interval(MeanMeasure.of(ratios), sampling);
    }

    private Map<Integer, Double> byRound(String engine, String set, String figure) {
        Map<Integer, Double> values = new TreeMap<>();
        for (JsonNode row : rows) {
            if (row.path("engine").asText().equals(engine) && row.path("set").asText().equals(set)
                    && row.path(figure).isNumber()) {
                values.put(row.path("round").asInt(), row.path(figure).doubleValue());
            }
        }
        return values;
    }
}
