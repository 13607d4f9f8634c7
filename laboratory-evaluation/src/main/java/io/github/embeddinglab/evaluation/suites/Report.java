package io.github.embeddinglab.evaluation.suites;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.LaboratoryException;
import io.github.embeddinglab.api.Sampling;
import io.github.embeddinglab.api.Score;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Scores of models on the entries of a catalogue. It holds nothing that changes from run to run (no time, no machine), so
 * equal runs give equal files.
 *
 * @param sampling how the intervals were made
 * @param results in the order of the runs
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Report(Sampling sampling, List<Result> results) {
    private static final int SCHEMA = 1;
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** Copies the list. */
    public Report {
        results = List.copyOf(results);
    }

    /**
     * One model on one entry.
     *
     * @param entry name in the catalogue
     * @param task its task
     * @param model name
     * @param main name of the score that counts
     * @param scores all scores by name
     */
    public record Result(String entry, String task, String model, String main, Map<String, Score> scores) {
        /** Copies the map. */
        public Result {
            scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
        }

        /**
         * The score that counts.
         *
         * @return undefined where the task has no such score
         */
        public Score score() {
            return scores.getOrDefault(main, new Score(Double.NaN, Double.NaN, Double.NaN));
        }
    }

    /**
     * The report as JSON.
     *
     * @return one object, {@code "schema": 1}; undefined numbers are null
     */
    public String toJson() {
        ObjectNode root = JSON.createObjectNode();
        root.put("schema", SCHEMA);
        root.put("confidence", sampling.confidence());
        root.put("resamples", sampling.resamples());
        root.put("seed", sampling.seed());
        for (Result result : results) {
            ObjectNode node = root.withArray("results").addObject();
            node.put("entry", result.entry());
            node.put("task", result.task());
            node.put("model", result.model());
            node.put("main", result.main());
            ObjectNode scores = node.putObject("scores");
            result.scores().forEach((name, score) -> {
                ObjectNode one = scores.putObject(name);
                put(one, "value", score.value());
                put(one, "low", score.low());
                put(one, "high", score.high());
            });
        }
        return root.toPrettyString() + "\n";
    }

    private static void put(ObjectNode node, String name, double value) {
        if (Double.isNaN(value)) {
            node.putNull(name);
        } else {
            node.put(name, value);
        }
    }

    /**
     * Reads a report.
     *
     * @param file as {@link #toJson} writes it
     * @return the report
     * @throws InvalidInputException when it is missing, malformed or of another schema
     */
    public static Report read(Path file) {
        try {
            JsonNode root = JSON.readTree(Files.readString(file));
            if (root.path("schema").asInt() != SCHEMA) {
                throw new InvalidInputException(
                        "report " + file + " is not of schema " + SCHEMA + "; write it again with `lab benchmark quality`");
            }
            List<Result> results = new ArrayList<>();
            for (JsonNode node : root.path("results")) {
                Map<String, Score> scores = new LinkedHashMap<>();
                node.path("scores").properties().forEach(entry -> scores.put(
                        entry.getKey(),
                        new Score(
                                number(entry.getValue().path("value")),
                                number(entry.getValue().path("low")),
                                number(entry.getValue().path("high")))));
                results.add(new Result(
                        node.path("entry").asText(),
                        node.path("task").asText(),
                        node.path("model").asText(),
                        node.path("main").asText(),
                        scores));
            }
            return new Report(
                    new Sampling(
                            root.path("confidence").asDouble(), root.path("resamples").asInt(), root.path("seed").asLong()),
                    results);
        } catch (NoSuchFileException e) {
            throw new InvalidInputException("report " + file + " does not exist; check the path", e);
        } catch (IOException e) {
            throw new InvalidInputException("report " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static double number(JsonNode node) {
        return node.isNumber() ? node.doubleValue() : Double.NaN;
    }

    /**
     * The report as a Markdown table: entries down, models across.
     *
     * @return lines
     */
    public String toMarkdown() {
        Set<String> models = new LinkedHashSet<>();
        Map<String, Map<String, Result>> rows = new LinkedHashMap<>();
        for (Result result : results) {
            models.add(result.model());
            rows.computeIfAbsent(result.entry(), entry -> new LinkedHashMap<>()).put(result.model(), result);
        }
        StringBuilder text = new StringBuilder("| entry | score | " + String.join(" | ", models) + " |\n|---|---|");
        models.forEach(model -> text.append("---|"));
        rows.forEach((entry, byModel) -> {
            text.append("\n| ").append(entry).append(" | ");
            text.append(byModel.values().iterator().next().main()).append(" |");
            for (String model : models) {
                Result result = byModel.get(model);
                text.append(' ').append(result == null ? "" : result.score()).append(" |");
            }
        });
        text.append(String.format(
                Locale.ROOT,
                "%n%n%.0f %% intervals, BCa bootstrap, %,d resamples, seed %d.%n",
                100 * sampling.confidence(),
                sampling.resamples(),
                sampling.seed()));
        return text.toString().replace(System.lineSeparator(), "\n");
    }

    /**
     * Writes {@code report.json} and {@code report.md}, each whole or not at all.
     *
     * @param folder made where it is absent
     * @throws LaboratoryException when it cannot be written
     */
    public void writeTo(Path folder) {
        try {
            Files.createDirectories(folder);
            whole(folder.resolve("report.json"), toJson());
            whole(folder.resolve("report.md"), toMarkdown());
        } catch (IOException e) {
            throw new LaboratoryException(
                    "the report cannot be written to " + folder + ": " + e.getMessage() + "; choose another folder", e);
        }
    }

    private static void whole(Path target, String text) throws IOException {
        Path partial = Files.createTempFile(target.toAbsolutePath().getParent(), "." + target.getFileName() + ".", ".part");
        try {
            try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    /**
     * What became worse than a baseline: the score that counts lies below the baseline's interval, or is missing.
     *
     * @param baseline an earlier report; its entries are looked up by name, whatever the model is called
     * @return one line for each regression, empty when there is none
     */
    public List<String> regressions(Report baseline) {
        List<String> worse = new ArrayList<>();
        for (Result before : baseline.results()) {
            Result now = results.stream()
                    .filter(result -> result.entry().equals(before.entry()))
                    .filter(result -> result.model().equals(before.model()) || results.stream().noneMatch(
                            other -> other.entry().equals(before.entry()) && other.model().equals(before.model())))
                    .findFirst()
                    .orElse(null);
            if (now == null) {
                worse.add(before.entry() + ": was evaluated in the baseline and is not now");
            } else if (before.score().defined() && !(now.score().value() >= before.score().low())) {
                worse.add(String.format(
                        Locale.ROOT,
                        "%s: %s is %.4f, below the baseline's interval %s",
                        before.entry(),
                        before.main(),
                        now.score().value(),
                        before.score()));
            }
        }
        return worse;
    }
}
