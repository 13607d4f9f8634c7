package io.github.embeddinglab.evaluation.tasks;

import io.github.embeddinglab.api.EmbedOptions;
import io.github.embeddinglab.api.Embedder;
import io.github.embeddinglab.api.Embeddings;
import io.github.embeddinglab.api.EvaluationOptions;
import io.github.embeddinglab.api.InvalidInputException;
import io.github.embeddinglab.api.Measure;
import io.github.embeddinglab.api.Role;
import io.github.embeddinglab.api.Score;
import io.github.embeddinglab.api.Scores;
import io.github.embeddinglab.evaluation.statistics.Bootstrap;
import io.github.embeddinglab.vectors.FloatMatrix;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One evaluation of one model: embeds, keeps count of what is worth a note, and closes the figures. */
final class Run {
    private final Embedder embedder;
    private final EvaluationOptions options;
    private final List<String> notes = new ArrayList<>();
    private final Map<String, Measure> measures = new LinkedHashMap<>();
    private long truncated;
    private long texts;
    private long empty;

    Run(Embedder embedder, EvaluationOptions options) {
        this.embedder = embedder;
        this.options = options;
    }

    Embeddings embed(List<String> texts, Role role) {
        Embeddings rows = embedder.embed(
                texts, EmbedOptions.defaults().role(options.roleOr(role)).progress(options.progress()));
        truncated += rows.truncated().size();
        this.texts += texts.size();
        empty += texts.stream().filter(String::isBlank).count();
        for (int i = 0; i < rows.rows(); i++) {
            for (int j = 0; j < rows.dimensions(); j++) {
                if (!Float.isFinite(rows.value(i, j))) {
                    throw new InvalidInputException("model " + embedder.model() + " gives text " + i + " (\""
                            + abbreviated(texts.get(i)) + "\") a vector with " + rows.value(i, j)
                            + "; check the model with `lab models verify`");
                }
            }
        }
        return rows;
    }

    static String abbreviated(String text) {
        int most = 40;
        return text.length() <= most ? text : text.substring(0, most) + "…";
    }

    static FloatMatrix matrix(Embeddings rows) {
        return FloatMatrix.of(rows.toArray(), rows.rows(), rows.dimensions());
    }

    void note(String note) {
        notes.add(note);
    }

    void measure(String name, Measure measure) {
        measures.put(name, measure);
    }

    Scores finish(String task, String data) {
        if (empty > 0) {
            notes.add(empty + " of " + this.texts + " texts are empty; check the data");
        }
        if (truncated > 0) {
            notes.add(truncated + " texts were longer than the model's " + embedder.maxTokens() + " tokens and were cut");
        }
        return scores(new Scores.Subject(task, data, embedder.model(), embedder.fingerprint()), options, measures, notes);
    }

    /** Resamples figures; those over the same units share their samples. */
    static Scores scores(
            Scores.Subject subject, EvaluationOptions options, Map<String, Measure> measures, List<String> given) {
        List<String> notes = new ArrayList<>(given);
        Map<Integer, Map<String, Measure>> byUnits = new LinkedHashMap<>();
        measures.forEach((name, measure) ->
                byUnits.computeIfAbsent(measure.units(), n -> new LinkedHashMap<>()).put(name, measure));
        Map<String, Score> scores = new LinkedHashMap<>();
        byUnits.values().forEach(group -> scores.putAll(Bootstrap.intervals(group, options.sampling())));
        Map<String, Scores.Figure> figures = new LinkedHashMap<>();
        measures.forEach((name, measure) -> {
            Score score = scores.getOrDefault(name, new Score(Double.NaN, Double.NaN, Double.NaN));
            if (!score.defined()) {
                notes.add(name + " is undefined: a column is constant or a class is absent");
            }
            figures.put(name, new Scores.Figure(score, measure));
        });
        return new Scores(subject, options.sampling(), figures, notes);
    }
}
