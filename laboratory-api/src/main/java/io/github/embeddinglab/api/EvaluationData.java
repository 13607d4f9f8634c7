package io.github.embeddinglab.api;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * Files that hold the data of a task.
 *
 * @param task as in {@code sts}; see {@link Benchmarks#tasks()}
 * @param files files or folders; several are joined, except where the task needs a training and a test file
 * @param columns names of columns that differ from the task's, as in {@code score=relatedness}
 * @param settings of the task, as in {@code protocol=full}
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public record EvaluationData(String task, List<Path> files, Map<String, String> columns, Map<String, String> settings) {
    /**
     * Copies the collections.
     *
     * @throws InvalidInputException when there is no file
     */
    public EvaluationData {
        files = List.copyOf(files);
        columns = Map.copyOf(new LinkedHashMap<>(columns));
        settings = Map.copyOf(new LinkedHashMap<>(settings));
        if (files.isEmpty()) {
            throw new InvalidInputException("task " + task + " has no data; name at least one file or folder");
        }
    }

    /**
     * Files with the task's own columns.
     *
     * @param task as in {@code sts}
     * @param files at least one
     * @return the data
     */
    public static EvaluationData of(String task, Path... files) {
        return new EvaluationData(task, List.of(files), Map.of(), Map.of());
    }

    /**
     * With other column names.
     *
     * @param names task's name to file's name
     * @return a copy
     */
    public EvaluationData columns(Map<String, String> names) {
        return new EvaluationData(task, files, names, settings);
    }

    /**
     * With settings of the task.
     *
     * @param values by name
     * @return a copy
     */
    public EvaluationData settings(Map<String, String> values) {
        return new EvaluationData(task, files, columns, values);
    }
}
