package io.github.embeddinglab.api;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Models against tasks, with what each model costs.
 *
 * @param tasks what was evaluated
 * @param rows one for each model, in the order they were named
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record Comparison(List<Task> tasks, List<Row> rows) {
    /** Copies the lists. */
    public Comparison {
        tasks = List.copyOf(tasks);
        rows = List.copyOf(rows);
    }

    /**
     * One task.
     *
     * @param entry its name in the catalogue
     * @param task kind of task
     * @param score the score that counts
     */
    public record Task(String entry, String task, String score) {}

    /**
     * One model.
     *
     * @param model its name
     * @param scores by entry
     * @param standing among the models
     * @param cost of running it
     */
    public record Row(String model, Map<String, Score> scores, Standing standing, Cost cost) {
        /** Copies the map. */
        public Row {
            scores = Collections.unmodifiableMap(new LinkedHashMap<>(scores));
        }
    }

    /**
     * Where a model stands.
     *
     * @param mean of its scores over all tasks, each task with the same weight; undefined without tasks
     * @param rank mean over tasks of its rank, 1 is best, ties share
     * @param against the first model: on how many tasks a difference was shown
     */
    public record Standing(Score mean, double rank, Wins against) {}

    /**
     * Paired tests against the first model over all tasks, Holm's correction.
     *
     * @param better tasks where this model was shown to be better
     * @param worse tasks where it was shown to be worse
     * @param undecided tasks where no difference was shown
     */
    public record Wins(int better, int worse, int undecided) {}

    /**
     * What running a model takes.
     *
     * @param bytes of its folder, 0 where unknown
     * @param parameters numbers in its tensors, 0 where unknown
     * @param textsPerSecond short texts in a batch; undefined where it was not measured
     * @param peakBytes most memory its process ever had, 0 where it was not measured
     */
    public record Cost(long bytes, long parameters, Score textsPerSecond, long peakBytes) {}

    /**
     * The models that no other beats in both quality (mean score) and speed (texts a second).
     *
     * @return the Pareto front, in the order of the rows; empty where speed or quality was not measured
     */
    public List<Row> paretoFront() {
        List<Row> measured = rows.stream()
                .filter(row -> row.standing().mean().defined() && row.cost().textsPerSecond().defined())
                .toList();
        return measured.stream()
                .filter(row -> measured.stream().noneMatch(other -> dominates(other, row)))
                .toList();
    }

    private static boolean dominates(Row a, Row b) {
        double quality = a.standing().mean().value() - b.standing().mean().value();
        double speed = a.cost().textsPerSecond().value() - b.cost().textsPerSecond().value();
        return quality >= 0 && speed >= 0 && (quality > 0 || speed > 0);
    }
}
