package io.github.embeddinglab.api;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What an evaluation found.
 *
 * @param subject what was evaluated on what
 * @param sampling how the intervals were made
 * @param figures by the field's names, as in {@code cosine_spearman} or {@code ndcg@10}, the most telling first
 * @param notes what the reader must know: undefined figures, rows left out and why, texts that lost tokens
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Scores(Subject subject, Sampling sampling, Map<String, Figure> figures, List<String> notes) {
    /** Copies the collections. */
    public Scores {
        figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
        notes = List.copyOf(notes);
    }

    /**
     * What was evaluated on what.
     *
     * @param task name of the evaluator's task, as in {@code sts}
     * @param data name of the data
     * @param model name of the model
     * @param fingerprint of the model
     */
    public record Subject(String task, String data, String model, Fingerprint fingerprint) {}

    /**
     * A score with the means to resample it.
     *
     * @param score value and interval
     * @param measure computes it on any sample of the units
     */
    public record Figure(Score score, Measure measure) {}

    /**
     * One score.
     *
     * @param name as in {@code cosine_spearman}
     * @return value and interval
     * @throws InvalidInputException when there is no such score; names those that exist
     */
    public Score score(String name) {
        return figure(name).score();
    }

    /**
     * One score with its measure.
     *
     * @param name as in {@code cosine_spearman}
     * @return the figure
     * @throws InvalidInputException when there is no such score; names those that exist
     */
    public Figure figure(String name) {
        Figure figure = figures.get(name);
        if (figure == null) {
            throw new InvalidInputException("score \"" + name + "\" is not among those of " + subject.task() + ": "
                    + String.join(", ", figures.keySet()));
        }
        return figure;
    }

    /**
     * All scores without their measures.
     *
     * @return in the order of the figures
     */
    public Map<String, Score> values() {
        Map<String, Score> values = new LinkedHashMap<>();
        figures.forEach((name, figure) -> values.put(name, figure.score()));
        return Collections.unmodifiableMap(values);
    }
}
