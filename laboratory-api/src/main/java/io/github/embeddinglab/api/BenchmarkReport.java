package io.github.embeddinglab.api;

import java.nio.file.Path;
import java.util.List;
import org.apiguardian.api.API;
import org.apiguardian.api.API.Status;

/**
 * What a benchmark found. Scores depend on models, data and seed only: equal runs give an equal {@link #toJson()}. What a
 * clock measured stands apart, in {@link #timingsJson()}. Immutable.
 */
@API(status = Status.EXPERIMENTAL, since = "0.1")
public interface BenchmarkReport {
    /**
     * The models against each other.
     *
     * @return a table with costs
     */
    Comparison comparison();

    /**
     * The project's ten promises, judged by this run.
     *
     * @return ten after a run of all suites, otherwise none
     */
    List<Promise> promises();

    /**
     * What became worse than a baseline: a score that counts lies below the baseline's interval, or is missing.
     *
     * @param baseline the {@code report.json} of an earlier run
     * @return one line for each regression
     * @throws InvalidInputException when the file is missing or malformed
     */
    List<String> regressions(Path baseline);

    /**
     * All that depends on models, data and seed only.
     *
     * @return JSON, as {@code benchmark-report.schema.json} describes it
     */
    String toJson();

    /**
     * All that was measured with a clock, and the promises.
     *
     * @return JSON, as {@code benchmark-report.schema.json} describes it
     */
    String timingsJson();

    /**
     * Everything as Markdown.
     *
     * @return tables
     */
    String toMarkdown();

    /**
     * Everything as one page with plots; it asks the network for nothing.
     *
     * @return HTML
     */
    String toHtml();

    /**
     * Writes {@code report.json}, {@code timings.json}, {@code report.md}, {@code report.html}, a PNG of each plot, and
     * {@code leaderboard/MODEL/REVISION/TASK.json}, each file whole or not at all.
     *
     * @param folder made where it is absent
     * @throws LaboratoryException when it cannot be written
     */
    void writeTo(Path folder);
}
